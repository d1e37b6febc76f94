"""Ways out of the house. ``file`` drops JSON lines for a gateway to fetch, ``console`` prints for a demonstration.

An SMS or mail gateway is one more class with ``send``; where there is none, the dropped files are the way.
"""

import datetime as dt
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TextIO

INBOX = "inbox"


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel delivers. ``id`` stays the same when a delivery is repeated, so that it can be dropped."""

    id: str
    to: str
    title: str
    text: str
    link: str
    at: str


class NotDelivered(Exception):
    """The channel could not take the message now; the sentence holds no personal data."""


class Channel(Protocol):
    """One way out."""

    def send(self, message: Message) -> None:
        """Hand the message over, or raise NotDelivered."""


@dataclass(frozen=True, slots=True)
class FileChannel:
    """One JSON object a line in ``folder``, one file a day, readable by the service's own user only."""

    folder: Path

    def send(self, message: Message) -> None:
        """Append the message and push it to the disk."""
        day = dt.datetime.fromisoformat(message.at).date().isoformat()
        line = json.dumps(asdict(message), ensure_ascii=False) + "\n"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = os.open(self.folder / f"{day}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(target, line.encode())
                os.fsync(target)
            finally:
                os.close(target)
        except OSError as error:
            raise NotDelivered(f"file: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """For a demonstration: title and text on the terminal, the address masked to its last four."""

    stream: TextIO | None = None

    def send(self, message: Message) -> None:
        """Print two lines."""
        out = self.stream or sys.stdout
        out.write(f"[{message.at}] -> ****{message.to[-4:]} {message.title}\n    {message.text}\n")
        out.flush()


class _Installed:
    """The channels of this process, set once by the roof."""

    channels: Mapping[str, Channel] = {}


def install(names: Iterable[str], data_dir: Path) -> None:
    """Open the channels named in the settings; raises ValueError for an unknown name."""
    kinds: dict[str, Channel] = {"file": FileChannel(data_dir / "outbox"), "console": ConsoleChannel()}
    wanted = [name for name in names if name != INBOX]
    unknown = [name for name in wanted if name not in kinds]
    if unknown:
        raise ValueError(f"unknown notice channel: {', '.join(unknown)} (known: inbox, {', '.join(kinds)})")
    _Installed.channels = {name: kinds[name] for name in wanted}


def installed() -> Mapping[str, Channel]:
    """The open channels by name; the inbox is always there and is none of them."""
    return _Installed.channels


def use(channels: Mapping[str, Channel]) -> None:
    """Replace the open channels (an adapter of a gateway, a test)."""
    _Installed.channels = dict(channels)
