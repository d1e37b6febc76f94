"""Forms of the rounds pages."""

from core.forms import BaseForm, VersionedForm


class LockForm(VersionedForm):
    """Locking: nothing but the version the page was made from."""


class RunForm(BaseForm):
    """Asking for a run: nothing but the hidden tokens."""
