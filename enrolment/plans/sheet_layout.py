"""The worksheets of a plan workbook (PLAN.xlsx), column by column."""

from decimal import Decimal

from core.divisions import zone_counties
from core.sheets import REFERENCE, Code, Column, Exact, Identifier, Layout, ListOf, Text, Whole, Words, YesNo

EXAMPLE_COUNTY, OTHER_COUNTY = zone_counties()[:2]
EXAMPLE_SHARES = f"{EXAMPLE_COUNTY.zh}:10、{OTHER_COUNTY.zh}:5"

FORMS = Code(
    {
        "3": ("三年制", "三年中专", "非分段培养"),
        "3+2": ("3+2", "中高职3+2", "中高职3+2贯通"),
        "3+3": ("3+3", "中高职3+3"),
        "5": ("五年一贯制", "五年制高职", "五年制"),
        "3+4": ("3+4", "中本贯通", "中职本科3+4"),
    }
)
SEXES = Code({"M": ("男", "男生", "1"), "F": ("女", "女生", "2")})
LIMIT_KINDS = Code(
    {
        "school": ("学校总数", "学校招生总数"),
        "beds": ("床位", "住宿床位"),
        "host": ("县对县", "招生县区对生源县区"),
        "outflow": ("外流", "生源外流"),
        "zone": ("示范区总数", "总计划"),
        "other": ("其他",),
    }
)
ACROSS = Code(
    {
        "own_county": ("各县区单独排序",),
        "percentile": ("按位次百分比", "百分位"),
        "common_score": ("统一分数排序", "统一分数"),
        "optimised_shares": ("份额由求解确定",),
    }
)
TIES = Code(
    {
        "lottery": ("抽签",),
        "admit_all": ("同位次一并录取", "一并录取"),
        "stop": ("由教育局决定", "停止并报教育局"),
    }
)
CHECKS = Code({"before": ("投档前",), "after": ("投档后",)})
FLOORS = Code({"guarantee": ("优先保留",), "hard": ("必须满足",)})
OPENING = Code(
    {
        "optimal": ("录取最多的组合", "最优组合"),
        "smallest_first": ("先撤最小的班", "先撤最小"),
        "listed": ("按指定顺序撤班", "指定顺序"),
    }
)
ADJUSTMENT = Code({"same_school": ("校内调剂",), "anywhere": ("全区调剂",), "off": ("不调剂",)})

CODE = Identifier(hint=Words("字母、数字", "letters and digits"))
MAJOR = Identifier(
    pattern=r"\d{6}[A-Z]?", hint=Words("6 位专业代码，可带字母", "a major code of 6 digits, possibly with a letter")
)
CATALOGUE_YEAR = Whole(least=1990, most=2100)
LONG = Text(longest=300)
TAG = Text(longest=30)

COUNTIES = Layout(
    "县区",
    (
        Column(
            "code", "县区代码", CODE, Words(f"如 {EXAMPLE_COUNTY.code}", f"as {EXAMPLE_COUNTY.code}"), required=True
        ),
        Column(
            "name",
            "县区名称",
            Text(longest=30),
            Words(f"如 {EXAMPLE_COUNTY.zh}", f"as {EXAMPLE_COUNTY.zh}"),
            required=True,
        ),
    ),
    aliases=("生源县区",),
)

SCHOOLS = Layout(
    "学校",
    (
        Column("code", "学校代码", CODE, Words("本表内唯一", "unique in this workbook"), required=True),
        Column("name", "学校名称", Text(longest=100), Words("全称", "full name"), required=True, width=28),
        Column("county", "所在县区", Text(longest=30), Words("县区代码或名称", "code or name"), required=True),
    ),
    aliases=("招生学校",),
)

PROGRAMMES = Layout(
    "招生专业",
    (
        Column(
            "code",
            "招生代码",
            CODE,
            Words("考生填报的代码，本表内唯一", "the code candidates choose; unique"),
            required=True,
            aliases=("招生专业代码", "志愿代码"),
        ),
        Column(
            "name",
            "专业名称",
            Text(longest=80),
            Words("对外公布的名称", "the published name"),
            required=True,
            width=26,
            aliases=("招生专业名称",),
        ),
        Column(
            "school",
            "学校代码",
            Text(longest=100),
            Words("学校表中的代码或名称", "code or name of the sheet 学校"),
            required=True,
            aliases=("学校",),
        ),
        Column("form", "培养形式", FORMS, Words("", ""), required=True, aliases=("办学形式", "分段培养方式")),
        Column(
            "years",
            "学制（年）",
            Whole(least=1, most=8),
            Words("总年数", "years in all"),
            required=True,
            aliases=("学制",),
        ),
        Column(
            "major_year",
            "中职专业目录年份",
            CATALOGUE_YEAR,
            Words("如 2021", "as 2021"),
            required=True,
            aliases=("专业目录年份", "专业目录版本"),
        ),
        Column("major_code", "中职专业代码", MAJOR, Words("如 660301", "as 660301"), required=True),
        Column("college_year", "高职专业目录年份", CATALOGUE_YEAR, Words("贯通培养时填写", "for through-trains")),
        Column(
            "college_major",
            "高职专业代码",
            MAJOR,
            Words("贯通培养时填写", "for through-trains"),
            aliases=("高校专业代码",),
        ),
        Column(
            "college",
            "合作院校",
            Text(longest=100),
            Words("贯通培养的高校", "the college of a through-train"),
            aliases=("合作高职院校",),
            width=22,
        ),
        Column(
            "capacity",
            "招生总数",
            Whole(),
            Words("各县区合计最多录取人数", "most placed from all counties"),
            required=True,
            aliases=("计划总数",),
        ),
        Column(
            "min_open", "最低开班人数", Whole(), Words("空白表示没有要求", "blank: no minimum"), aliases=("开班人数",)
        ),
        Column("local_enrolled", "本地已录人数", Whole(), Words("计入开班人数", "counts towards the minimum")),
        Column(
            "sexes",
            "性别要求",
            SEXES,
            Words("空白表示不限；有要求必须写依据", "blank: both; a limit needs its basis"),
            aliases=("限招性别",),
        ),
        Column(
            "legal_basis",
            "性别要求依据",
            LONG,
            Words("法律法规名称和条款", "law and article"),
            width=24,
            aliases=("限招性别依据",),
        ),
        Column(
            "excludes",
            "不予录取情形",
            ListOf(TAG),
            Words("体检结论或类别，如 色盲", "health conclusions or tags, as 色盲"),
            aliases=("不予录取条件",),
        ),
        Column("requires", "必备条件", ListOf(TAG), Words("类别，如 面试合格", "tags, as 面试合格")),
        Column("advice", "报考提示", LONG, Words("只提示，不影响录取", "advice only")),
        Column("boarding", "提供住宿", YesNo(), Words("", "")),
        Column("fee_yuan", "学费（元/学年）", Exact(places=2), Words("", ""), aliases=("学费",)),
        Column("note", "备注", LONG, Words("", "")),
    ),
    aliases=("专业", "专业计划"),
)

CELLS = Layout(
    "计划数",
    (
        Column(
            "programme",
            "招生代码",
            REFERENCE,
            Words("招生专业表中的代码", "a code of the sheet 招生专业"),
            required=True,
            aliases=("招生专业代码",),
        ),
        Column(
            "county",
            "生源县区",
            Text(longest=30),
            Words("县区代码或名称", "code or name"),
            required=True,
            aliases=("县区",),
        ),
        Column(
            "seats",
            "计划数",
            Whole(),
            Words("0 表示不招该县区考生", "0 shuts it to the county"),
            required=True,
            aliases=("招生人数", "计划人数"),
        ),
        Column("floor", "保底数", Whole(), Words("为该县区优先保留的名额", "seats guaranteed to the county")),
        Column("line", "最低投档分", Exact(), Words("该专业对该县区的最低分", "lowest total for this programme")),
        Column("share", "总数份额", Whole(), Words("把招生总数分给各县区时填写", "the county's share of 招生总数")),
    ),
    aliases=("分县区计划", "计划"),
)

LIMITS = Layout(
    "限额",
    (
        Column("kind", "限额类别", LIMIT_KINDS, Words("", ""), required=True),
        Column("name", "名称", Text(longest=60), Words("“其他”必须填写，不能重复", "needed for 其他; unique")),
        Column("cap", "上限", Whole(), Words("人数或床位数", "people or beds"), required=True),
        Column(
            "schools",
            "学校代码",
            ListOf(Text(longest=100)),
            Words("学校总数、床位填一所", "one for 学校总数 and 床位"),
            aliases=("学校",),
        ),
        Column("sex", "性别", SEXES, Words("床位必填", "needed for 床位")),
        Column("host", "招生县区", Text(longest=30), Words("县对县必填", "needed for 县对县")),
        Column(
            "sources", "生源县区", ListOf(Text(longest=30)), Words("县对县、外流填一个", "one for 县对县 and 外流")
        ),
        Column("programmes", "招生代码", ListOf(REFERENCE), Words("只对“其他”", "only for 其他")),
        Column("boarders", "只计住宿生", YesNo(), Words("只对“其他”", "only for 其他")),
        Column(
            "shares",
            "各县区份额",
            Text(longest=300),
            Words(f"如 {EXAMPLE_SHARES}", f"as {EXAMPLE_SHARES}"),
            width=26,
        ),
        Column("basis", "依据", LONG, Words("", "")),
    ),
    aliases=("其他限额",),
)

RESERVED = Layout(
    "预留",
    (
        Column(
            "programme",
            "招生代码",
            REFERENCE,
            Words("招生专业表中的代码", "a code of the sheet 招生专业"),
            required=True,
        ),
        Column(
            "tag",
            "类别",
            TAG,
            Words("考生表“类别”列中的词", "a word of the column 类别 of candidates"),
            required=True,
        ),
        Column("seats", "名额", Whole(least=1), Words("", ""), required=True),
        Column(
            "release",
            "未用释放",
            YesNo(),
            Words("没人要时是否放给其他考生", "free for others when unused"),
            required=True,
        ),
        Column("basis", "依据", LONG, Words("", "")),
    ),
    aliases=("预留名额",),
)

MAX_SCORE = Decimal(2000)
"""No total and no line can be higher: higher figures are typing errors."""
