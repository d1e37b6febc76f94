"""The hash-chained record of every operation and of every look at personal data."""

from core.audit.chain import ChainFault, ChainReport, verify_chain
from core.audit.models import AuditEntry, AuditSeal
from core.audit.operations import record, record_read, seal_day
from core.audit.queries import entries_about, reads_of

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "ChainFault",
    "ChainReport",
    "entries_about",
    "reads_of",
    "record",
    "record_read",
    "seal_day",
    "verify_chain",
]
