"""What kinds of organisation there are. Pure."""

import enum


class OrganisationKind(enum.StrEnum):
    """What an organisation is; decides how far its staff see."""

    PLATFORM = "platform"
    COMMITTEE = "committee"
    PROVINCE = "province"
    COUNTY = "county"
    SCHOOL = "school"
    COLLEGE = "college"
