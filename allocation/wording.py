"""The sentences of an explanation, in Chinese and English."""

from __future__ import annotations

from typing import Literal

Lang = Literal["zh", "en"]

STRIKES: dict[str, tuple[str, str]] = {
    "taken": ("已被其他批次录取,不再参加本轮", "already admitted elsewhere, so not part of this round"),
    "duplicate": ("与前面的志愿重复,不计", "the same programme was listed before, so it does not count"),
    "zero_cell": ("该专业在您所在县区没有招生计划", "the programme has no places for your county"),
    "line": ("总分低于该专业在您所在县区的最低控制分数线", "your total is below the control line for your county"),
    "sex": ("该专业按规定的性别条件不能报考", "the programme's stated sex condition is not met"),
    "health": ("体检结论不符合该专业要求", "the health conclusion does not meet the programme's condition"),
    "unranked": ("不在该专业自行排序的名单内", "the programme's own ranking does not name you"),
    "required": ("不在该专业的合格名单内", "you are not on the programme's pass list"),
}

LIMITS: dict[str, tuple[str, str]] = {
    "cap": ("专业招生总数", "the programme's places"),
    "cell": ("您所在县区的招生计划数", "the places for your county"),
    "held": ("预留名额以外的名额", "the places outside the reserved ones"),
    "school": ("学校招生总数", "the school's places"),
    "dorm": ("学校同性别床位", "the school's beds for your sex"),
    "host": ("该招生县区对您所在县区的计划数", "the host county's places for your county"),
    "outflow": ("您所在县区跨省就读人数", "the number who may leave your county"),
    "zone": ("示范区招生总数", "the places of the whole zone"),
    "limit": ("另行公布的限额", "another published limit"),
}

KEPT: dict[str, tuple[str, str]] = {
    "floor": (
        "当时尚有空位,但须为 {county} 在 {programme} 的硬性保底留足考生,不能录取您",
        "a place was empty, but the ordered floor of {county} in {programme} could not have been met with you in it",
    ),
    "min": (
        "当时尚有空位,但须保证 {programme} 达到开班人数,不能录取您",
        "a place was empty, but the class {programme} could not have reached its minimum with you in it",
    ),
    "*": (
        "当时尚有空位,但各项硬性保底与开班人数须同时满足,不能录取您",
        "a place was empty, but the ordered floors and minima could not all have been met with you in it",
    ),
}

PLAIN: dict[str, tuple[str, str]] = {
    "admitted": ("录取", "admitted"),
    "returned": (
        "已投档,因体检结论退档,本轮不再投其他志愿",
        "sent and returned on health grounds; this round ends here",
    ),
    "not_reached": ("前面的志愿已录取,不再考虑", "an earlier choice was granted"),
}


def pick(pair: tuple[str, str], lang: Lang) -> str:
    """The half of a pair in the language asked for."""
    return pair[0] if lang == "zh" else pair[1]


def worth(score: str, ranked: bool, lang: Lang) -> str:
    """A score in points, or a priority where the programme ranks applicants itself."""
    if ranked:
        return f",优先级 {score}" if lang == "zh" else f" with priority {score}"
    return f",{score} 分" if lang == "zh" else f" with {score} points"


def place(position: int, of: int | None, lang: Lang) -> str:
    """A position, with the number of candidates where positions of several counties meet."""
    if lang == "zh":
        return f"第 {position} 位" + (f"(共 {of} 人)" if of else "")
    return f"position {position}" + (f" of {of}" if of else "")
