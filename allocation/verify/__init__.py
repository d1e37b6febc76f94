"""The third program: checks an outcome from the two files alone, sharing nothing with the solver."""

from allocation.verify.audit import Audit, audit
from allocation.verify.certificate import verify
from allocation.verify.report import Check, Report

__all__ = ["Audit", "Check", "Report", "audit", "verify"]
