"""Figures that proofs print: gathered from all tests (also from parallel workers), shown at the end of the run."""

from collections.abc import Callable

import pytest

Figure = Callable[[str], None]
_PROPERTY = "figure"


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Call it with one line: what was proved, and the number."""

    def note(line: str) -> None:
        request.node.user_properties.append((_PROPERTY, line))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures of the tests that passed, in order."""
    reports = terminalreporter.getreports("passed")
    lines = {line for report in reports for name, line in report.user_properties if name == _PROPERTY}
    if lines:
        terminalreporter.section("figures")
        for line in sorted(lines):
            terminalreporter.write_line(line)
