"""What can be wrong in a sheet, and what was repaired on the way in.

A person mends a workbook in one sitting only if every fault is named at once, at its true place and with
the way out; so faults are collected, never raised one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.words import Words


@dataclass(frozen=True, slots=True)
class _Placed:
    """Something at a place of a workbook."""

    sheet: str
    row: int | None
    column: str
    heading: str

    @property
    def place(self) -> Words:
        """Where it stands, in words."""
        return _place(self.sheet, self.row, self.column, self.heading)


@dataclass(frozen=True, slots=True)
class SheetFault(_Placed):
    """One thing that keeps a sheet from being taken in.

    `row` is the row number the spreadsheet program shows (from 1; None: the sheet as a whole), `column` its
    letter ("" for the whole row), `heading` the column's name, `value` what stands there (masked where the
    column holds personal numbers), `rule` what was broken, `mend` what to do.
    """

    value: str
    rule: Words
    mend: Words

    @property
    def sentence(self) -> Words:
        """Place, value, rule and way out in one sentence."""
        place = self.place
        shown_zh = f"，现为“{self.value}”" if self.value else ""
        shown_en = f', now "{self.value}"' if self.value else ""
        return Words(f"{place.zh}{shown_zh}：{self.advice.zh}", f"{place.en}{shown_en}: {self.advice.en}")

    @property
    def advice(self) -> Words:
        """The rule and the way out, without the place."""
        return Words(
            _ended(self.rule.zh, "。") + _ended(self.mend.zh, "。"),
            f"{_ended(_capital(self.rule.en), '.')} {_ended(_capital(self.mend.en), '.')}",
        )


@dataclass(frozen=True, slots=True)
class SheetNote(_Placed):
    """Something worth knowing that stops nothing: a value repaired, a column not used, a row passed over."""

    before: str
    after: str
    what: Words

    @property
    def sentence(self) -> Words:
        """Place and what happened, with the value before and after where one was changed."""
        place = self.place
        change = f"（{self.before} → {self.after}）" if self.after else ""
        change_en = f" ({self.before} → {self.after})" if self.after else ""
        return Words(f"{place.zh}：{self.what.zh}{change}。", f"{place.en}: {self.what.en}{change_en}.")


class BadSheets(Exception):
    """Sheets that cannot be taken in; `faults` holds every fault found, in reading order."""

    def __init__(self, faults: Iterable[SheetFault], notes: Iterable[SheetNote] = ()) -> None:
        self.faults = tuple(faults)
        self.notes = tuple(notes)
        super().__init__(f"{len(self.faults)} faults")


def whole_file(rule: Words, mend: Words, *, name: str = "") -> SheetFault:
    """A fault of the file itself, before any sheet can be read."""
    return SheetFault(name, None, "", "", "", rule, mend)


def _ended(sentence: str, stop: str) -> str:
    """A sentence with its stop; a question has its own."""
    return sentence if sentence.endswith(("？", "?", stop)) else sentence + stop


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _place(sheet: str, row: int | None, column: str, heading: str) -> Words:
    zh, en = ([f"工作表“{sheet}”"], [f'sheet "{sheet}"']) if sheet else (["文件"], ["file"])
    if row is not None:
        zh.append(f"第 {row} 行")
        en.append(f"row {row}")
    if column:
        zh.append(f"{column} 列" + (f"（{heading}）" if heading else ""))
        en.append(f"column {column}" + (f" ({heading})" if heading else ""))
    elif heading:
        zh.append(f"列“{heading}”")
        en.append(f'column "{heading}"')
    return Words(" ".join(zh), ", ".join(en))
