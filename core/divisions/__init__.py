"""Administrative divisions (GB/T 2260): current and retired codes, what replaced them, 12-digit forms.

The names and years of life of codes come from python-stdnum's place table for the whole country; our own
file `data/divisions.json` adds English names, successors of retired codes, newer codes and which counties
belong to the zone. A code says where something lies; the first six digits of an ID number say only where
it was first issued, never the source county of an applicant.
"""

from core.divisions.table import (
    BadDivision,
    Division,
    DivisionLevel,
    current_division,
    division,
    find_division,
    full_name,
    is_within,
    province_of,
    provinces,
    six_digits,
    zone_counties,
)

__all__ = [
    "BadDivision",
    "Division",
    "DivisionLevel",
    "current_division",
    "division",
    "find_division",
    "full_name",
    "is_within",
    "province_of",
    "provinces",
    "six_digits",
    "zone_counties",
]
