"""Quiet hours: nothing that can wait is sent at night. Pure."""

import datetime as dt
import json
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from core.clock import BEIJING


class QuietHours(BaseModel):
    """From ``begins`` to ``ends``, Beijing time; over midnight if ``ends`` is the earlier one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins: dt.time
    ends: dt.time

    def holds_at(self, clock_time: dt.time) -> bool:
        """Whether this time of day is quiet."""
        if self.begins <= self.ends:
            return self.begins <= clock_time < self.ends
        return clock_time >= self.begins or clock_time < self.ends

    def next_allowed(self, at: dt.datetime) -> dt.datetime:
        """``at`` itself, or the end of the quiet hours it falls into."""
        local = at.astimezone(BEIJING)
        if not self.holds_at(local.timetz().replace(tzinfo=None)):
            return at
        day = local.date() if local.time() < self.ends else local.date() + dt.timedelta(days=1)
        return dt.datetime.combine(day, self.ends, tzinfo=BEIJING).astimezone(dt.UTC)


@cache
def quiet_hours() -> QuietHours:
    """The hours of this installation (``data/quiet-hours.json``)."""
    text = files("core.notices").joinpath("data", "quiet-hours.json").read_text(encoding="utf-8")
    return QuietHours.model_validate(json.loads(text))
