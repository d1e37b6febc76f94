"""Why a school may return a file (退档), each with the sentence the pupil reads. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.words import Words


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """One reason: its label for officers, the sentence for the family."""

    label: Words
    sentence: Words


REASON_CODES: Mapping[str, ReasonCode] = {
    "health": ReasonCode(
        Words("体检受限", "health limits"),
        Words(
            "体检结论不符合这个专业公布的体检要求，学校退档，县区教育局已确认。",
            "The health conclusion does not meet the published requirement of this programme; the school returned "
            "the file and the county bureau confirmed it.",
        ),
    ),
    "condition": ReasonCode(
        Words("不符合招生条件", "conditions not met"),
        Words(
            "不符合这个专业公布的招生条件，学校退档，县区教育局已确认。",
            "The published conditions of this programme are not met; the school returned the file and the county "
            "bureau confirmed it.",
        ),
    ),
    "papers": ReasonCode(
        Words("材料不实", "papers not true"),
        Words(
            "报名材料经核实与事实不符，学校退档，县区教育局已确认。",
            "The papers were found not to be true; the school returned the file and the county bureau confirmed it.",
        ),
    ),
    "asked": ReasonCode(
        Words("考生本人申请退档", "the pupil asked for it"),
        Words(
            "学校收到您的退档申请，县区教育局已确认。",
            "The school received your request to return the file and the county bureau confirmed it.",
        ),
    ),
}
