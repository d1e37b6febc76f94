"""Names of people: what may stand in one, how it is normalised, split, spelt in pinyin and sorted.

Lengths count characters, never bytes, and every character of every plane survives; what an older system
cannot write is listed, not replaced. Pure.
"""

from core.names.reading import LONGEST_NAME, BadName, NameFault, NameRepair, PersonName, read_name
from core.names.spelling import (
    initials,
    pinyin,
    search_keys,
    sort_key,
    split_name,
    unwritable_in_gbk,
)

__all__ = [
    "LONGEST_NAME",
    "BadName",
    "NameFault",
    "NameRepair",
    "PersonName",
    "initials",
    "pinyin",
    "read_name",
    "search_keys",
    "sort_key",
    "split_name",
    "unwritable_in_gbk",
]
