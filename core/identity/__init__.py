"""Who somebody is: document numbers read, repaired, taken apart and masked. Pure."""

from core.identity.documents import (
    Document,
    Flag,
    age_on,
    belongs_to,
    read_document,
    sex_conflict,
)
from core.identity.faults import BadDocument, Fault
from core.identity.kinds import DocumentKind, IdentityState, Sex
from core.identity.masks import (
    document_tail,
    mask_address,
    mask_document,
    mask_name,
    mask_name_public,
    mask_phone,
)
from core.identity.record_number import (
    RecordNumber,
    formal_number,
    read_record_number,
    temporary_number,
)
from core.identity.repair import Repair
from core.identity.resident import check_character, modern_form

__all__ = [
    "BadDocument",
    "Document",
    "DocumentKind",
    "Fault",
    "Flag",
    "IdentityState",
    "RecordNumber",
    "Repair",
    "Sex",
    "age_on",
    "belongs_to",
    "check_character",
    "document_tail",
    "formal_number",
    "mask_address",
    "mask_document",
    "mask_name",
    "mask_name_public",
    "mask_phone",
    "modern_form",
    "read_document",
    "read_record_number",
    "sex_conflict",
    "temporary_number",
]
