"""The public rule text of a round: every rule value has its sentence, Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator

from allocation.instance import Instance, Rules
from allocation.wording import Lang

Pair = tuple[str, str]

MARKS = str.maketrans({",": "\uff0c", ";": "\uff1b", ":": "\uff1a", "(": "\uff08", ")": "\uff09"})
"""Chinese sentences carry Chinese marks; the source is kept free of characters that look like others."""

BASIC: Pair = (
    "分数优先、遵循志愿、一次投档。考生按位次从高到低依次投档:依次查看每个志愿,进入第一个符合条件、仍有名额的专业;"
    "只投一次。",
    "Score first, choices in order, sent once. Candidates are taken from the highest position down; each gets the "
    "first choice whose conditions are met and that still has a place, and is sent only once.",
)
ACROSS: dict[str, Pair] = {
    "own_county": (
        "各县区单独排序,不同县区的分数不作比较;几个县区共用的名额已事先分到各县区。",
        "Every county has its own order; scores of two counties are never compared. Places that counties share are "
        "divided between them beforehand.",
    ),
    "percentile": (
        "各县区单独排序;几个县区共用的名额按位次除以本县区考生人数所得的比例比较,比例小的在前。",
        "Every county has its own order; for places that counties share, positions divided by the number of the "
        "county's candidates are compared, the smaller first.",
    ),
    "common_score": (
        "各县区使用同一个公布的分数标准,按总分统一排序。",
        "All counties use one published scale and stand in one order by total score.",
    ),
    "optimised_shares": (
        "各县区单独排序,不同县区的分数不作比较;几个县区共用的名额由程序分配:先使录取人数最多,再使志愿顺序之和最小,"
        "再接近各县区的报考人数比例。",
        "Every county has its own order; scores of two counties are never compared. Places that counties share are "
        "divided by the program: most placed first, then the least sum of ranks, then closest to the demand of each "
        "county.",
    ),
}
TIES: dict[str, Pair] = {
    "lottery": (
        "总分和各项同分比较都相同的,由事先公布的抽签决定;不看报名时间,不看证件号码。",
        "Where totals and every tie key are equal, a lottery published beforehand decides; never the time of "
        "filing, never the document number.",
    ),
    "admit_all": (
        "总分和各项同分比较都相同的,一并录取,专业总数和县区计划数可以因此超出并予注明;其他限额不得突破,会突破时由教育局裁定。",
        "Where totals and every tie key are equal, all of them are admitted together; the programme total and the "
        "county cell may be exceeded and this is stated. No other limit may be exceeded: then the bureau decides.",
    ),
    "stop": (
        "总分和各项同分比较都相同并争用最后名额的,停止投档,由教育局裁定。",
        "Where totals and every tie key are equal and the last place depends on it, nothing is run and the bureau "
        "decides.",
    ),
}
CHECKS: dict[str, Pair] = {
    "before": (
        "体检等条件在投档前核对:不符合的志愿不计,继续看下一个志愿。",
        "Health and other conditions are checked before sending: a choice that does not meet them does not count, "
        "and the next one is looked at.",
    ),
    "after": (
        "体检等条件在投档后核对:不符合的退档,本轮不再看后面的志愿,空出的名额留在同一县区的计划内。",
        "Health conditions are checked after sending: a file that does not meet them is returned, later choices are "
        "not looked at in this round, and the seat stays free in the same county cell.",
    ),
}
FLOORS: dict[str, Pair] = {
    "guarantee": (
        "保底和预留的名额,在有符合条件的考生需要时为其保留,无人需要时释放;不强迫任何人。",
        "Guaranteed and reserved places are kept while somebody of the group wants them and are released when nobody "
        "does; they force nobody.",
    ),
    "hard": (
        "保底必须满足:为满足保底,可以不录取名额未满的志愿,每一人次都予公布;确实无法满足的,以缺额最少为准。",
        "Floors must be met: to meet them a choice with places left may be refused, and every such refusal is "
        "published; where they cannot all be met, the shortfall is the least possible.",
    ),
}
BEDS: dict[bool, Pair] = {
    False: ("保底名额不附带床位。", "A guaranteed place brings no bed."),
    True: ("保底名额附带同性别床位。", "A guaranteed place brings a bed of the pupil's sex."),
}
OPENING: dict[str, Pair] = {
    "optimal": (
        "达不到最低开班人数(含本地学生)的班级不开班。几个班级都达不到时,选择录取人数最多的开班方案;相同的,取志愿顺序之和"
        "最小的,再取开班最多的,再按专业代码的顺序。全部开班时已达到人数的班级一定开班。",
        "A class below its minimum, local pupils counted in, does not open. Where several are below, the set of open "
        "classes with the most placed is taken; then the least sum of ranks, the most open classes, the order of the "
        "codes. A class that has its minimum with everything open always opens.",
    ),
    "smallest_first": (
        "达不到最低开班人数(含本地学生)的班级,先撤人数占最低人数比例最小的,然后全部重新投档,直到各班都达到。",
        "Of the classes below their minimum, local pupils counted in, the one with the smallest part of it is "
        "cancelled first; then everybody is placed again from scratch, until every class has its minimum.",
    ),
}
ADJUSTMENT: dict[str, Pair] = {
    "off": ("本轮不调剂。", "There is no adjustment in this round."),
    "same_school": (
        "志愿都未录取且服从调剂的,按位次依次调剂到所报学校中仍有名额的专业(同一县区的计划),不影响已录取的考生。",
        "Those without a place who accept adjustment are placed, in order of position, in programmes of the schools "
        "they listed that still have places in the same county cell; nobody admitted is displaced.",
    ),
    "anywhere": (
        "志愿都未录取且服从调剂的,按位次依次调剂到仍有名额的专业,不影响已录取的考生。",
        "Those without a place who accept adjustment are placed, in order of position, in programmes that still have "
        "places; nobody admitted is displaced.",
    ),
}
RANKING: Pair = (
    "自行排序的专业按本专业公布的顺序录取:考生从第一志愿起依次申请,专业保留排在前面的申请者,直到无人再申请。",
    "Programmes that rank applicants themselves follow their published order: applicants ask from their first choice "
    "on, each programme keeps the best of those who asked, until nobody asks any more.",
)


CANCELLED: Pair = (
    "达不到最低开班人数(含本地学生)的班级,按公布的顺序({codes})逐个撤销,每撤一个全部重新投档。",
    "Classes below their minimum, local pupils counted in, are cancelled in the published order ({codes}), one at a "
    "time; everybody is placed again from scratch each time.",
)
SEED: Pair = (
    "抽签种子:{seed}。按“种子、英文冒号、考生号”连写后的 SHA-256 值排序,小的在前。",
    "Seed of the lottery: {seed}. The SHA-256 of seed, colon and candidate number decides, the smaller first.",
)
ORDER: Pair = ("调剂顺序:{codes}。", "Order of adjustment: {codes}.")

Line = tuple[Pair, str]
"""A sentence and what stands in its gap."""


def _lines(rules: Rules, order: tuple[str, ...], ranking: bool, join: str) -> Iterator[Line]:
    yield BASIC, ""
    if ranking:
        yield RANKING, ""
    yield ACROSS[rules.across], ""
    yield TIES[rules.ties], ""
    if rules.ties == "lottery" and rules.seed is not None:
        yield SEED, rules.seed
    yield CHECKS[rules.checks], ""
    yield FLOORS[rules.floors], ""
    yield BEDS[rules.bed_with_guarantee], ""
    if isinstance(rules.opening, str):
        yield OPENING[rules.opening], ""
    else:
        yield CANCELLED, join.join(rules.opening)
    yield ADJUSTMENT[rules.adjustment], ""
    if rules.adjustment != "off" and order:
        yield ORDER, join.join(order)


def rule_text(
    rules: Rules, lang: Lang, *, adjust_order: tuple[str, ...] = (), ranking: bool = False
) -> tuple[str, ...]:
    """The rule of a round in words, one sentence group a rule; equal rules give equal text."""
    zh = lang == "zh"
    lines = _lines(rules, adjust_order, ranking, "、" if zh else ", ")
    return tuple((pair[0].translate(MARKS) if zh else pair[1]).format(codes=gap, seed=gap) for pair, gap in lines)


def rule_text_of(instance: Instance, lang: Lang) -> tuple[str, ...]:
    """The rule text of an instance."""
    ranking = any(one.ranking is not None for one in instance.programmes)
    return rule_text(instance.rules, lang, adjust_order=instance.adjust_order, ranking=ranking)
