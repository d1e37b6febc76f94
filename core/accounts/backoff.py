"""How long to wait after wrong tries. Pure."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

LONGEST_WAIT: Final = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` failures cost nothing; after that one second, doubled by each further failure up to ``longest``.

    Failures older than ``memory`` are forgotten.
    """

    free: int = 5
    longest: dt.timedelta = LONGEST_WAIT
    memory: dt.timedelta = dt.timedelta(hours=24)

    def wait(self, failures: int) -> dt.timedelta:
        """The time that must lie between the last of ``failures`` failures and the next try."""
        beyond = failures - self.free
        if beyond < 0:
            return dt.timedelta()
        doubled = dt.timedelta(seconds=2 ** min(beyond, 20))
        return min(doubled, self.longest)
