"""The figure a proof prints (shown by ``pytest -s`` or ``-rP``)."""

import sys


def figure(proof: str, **values: object) -> None:
    """One line: the proof and its numbers."""
    told = ", ".join(f"{name}={value}" for name, value in values.items())
    sys.stdout.write(f"\nFIGURE {proof}: {told}\n")
