"""Who may apply, as pages say it: the sentence for the pupil, the words of facts and answers."""

from collections.abc import Mapping

from core.i18n import lazy as _l
from core.i18n import say
from core.policy import FilingSheet, value_words
from core.policy.entry import EntryAnswer, Expected
from core.policy.filing import EligibilityRow, Graduate, Residence
from core.web.status_words import StatusWord
from core.words import Words
from enrolment.cycles.rule_models import RevisionState

RESULT_WORDS: Mapping[Expected, object] = {
    Expected.MAY: _l("可以报名"),
    Expected.MAY_NOT: _l("不能报名"),
    Expected.OPEN: _l("不作判断"),
}
PLACES: Mapping[Residence | None, object] = {
    Residence.LOCAL: _l("本县区"),
    Residence.OUTSIDE: _l("外地"),
    Residence.ANY: _l("不限"),
    None: _l("没有登记"),
}
LEAVERS: Mapping[Graduate | None, object] = {
    Graduate.THIS_YEAR: _l("应届"),
    Graduate.EARLIER: _l("往届"),
    Graduate.ANY: _l("不限"),
    None: _l("没有登记"),
}
PROOFS: Mapping[bool | None, object] = {True: _l("有"), False: _l("没有"), None: _l("没有登记")}
REVISION_WORDS: Mapping[str, StatusWord] = {
    RevisionState.PROPOSED: StatusWord(_l("待批准"), "warning"),
    RevisionState.APPROVED: StatusWord(_l("已批准"), "success"),
    RevisionState.REFUSED: StatusWord(_l("未获同意")),
    RevisionState.WITHDRAWN: StatusWord(_l("已撤回")),
}


def rule_sentence(text: object) -> object:
    """What the pupil reads when a county's rule of entry shuts them out."""
    return _l("本县区规定：%(fact)s。", fact=say(text))


def sentence_of(row: EligibilityRow) -> object:
    """What a pupil reads whom this line of the table decides; nothing is said to who may apply."""
    return "" if row.may_apply else rule_sentence(row.text.words)


def answer_sentence(answer: EntryAnswer | None) -> object:
    """What the pupil reads after the rules were asked."""
    return "" if answer is None or answer.may_apply else rule_sentence(answer.text)


def changed_rules(before: FilingSheet, after: FilingSheet) -> tuple[tuple[Words, Words, Words, str], ...]:
    """Title, value before, value after and basis of every rule in which two editions differ."""
    return tuple(
        (line.words, value_words(before, line.id), value_words(after, line.id), line.basis)
        for line in after.lines()
        if (line.value, line.basis) != (before.value(line.id), before.item(line.id).basis)
    )
