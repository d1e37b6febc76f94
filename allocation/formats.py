"""The door of the instance format: read strictly, spell canonically, fingerprint."""

from allocation.canonical import assignment_digest, canonical, digest, rules_digest
from allocation.faults import BadInstance, Fault
from allocation.instance import Applicant, Instance, Limit, Programme, Reserved, Rules, School
from allocation.reading import read_instance

__all__ = [
    "Applicant",
    "BadInstance",
    "Fault",
    "Instance",
    "Limit",
    "Programme",
    "Reserved",
    "Rules",
    "School",
    "assignment_digest",
    "canonical",
    "digest",
    "read_instance",
    "rules_digest",
]
