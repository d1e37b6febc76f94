"""Compound surnames, and surnames that are read otherwise than the same character elsewhere."""

COMPOUND_SURNAMES = frozenset(
    {
        "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "宇文",
        "长孙", "慕容", "司徒", "司空", "夏侯", "独孤", "南宫", "西门", "东郭", "端木",
        "百里", "呼延", "轩辕", "闻人", "万俟", "太史", "公羊", "赫连", "澹台", "宗政",
        "濮阳", "淳于", "单于", "申屠", "仲孙", "钟离", "闾丘", "鲜于", "亓官", "司寇",
        "巫马", "拓跋", "夹谷", "宰父", "谷梁", "段干", "东门", "南门", "左丘", "梁丘",
        "第五", "微生", "羊舌", "纳兰", "完颜", "叶赫", "公冶", "太叔", "公良", "漆雕",
        "乐正", "壤驷", "公西", "颛孙", "子车", "南荣", "归海", "相里", "沮渠", "贺兰",
        "贺若", "屈突", "欧侯",
    }
)  # fmt: skip

SURNAME_READINGS = {
    "单": "shan4", "解": "xie4", "仇": "qiu2", "区": "ou1", "查": "zha1", "曾": "zeng1", "朴": "piao2",
    "尉迟": "yu4 chi2", "万俟": "mo4 qi2", "长孙": "zhang3 sun1", "单于": "chan2 yu2", "盖": "ge3",
    "繁": "po2", "乐": "yue4", "任": "ren2", "华": "hua4", "宁": "ning4", "翟": "zhai2", "召": "shao4",
    "秘": "bi4", "冼": "xian3", "折": "she2", "黑": "he4", "覃": "qin2", "员": "yun4", "洗": "xian3",
    "那": "na1", "纪": "ji3", "缪": "miao4", "种": "chong2", "祭": "zhai4", "隗": "wei3", "车": "che1",
    "石": "shi2", "柏": "bai3", "薄": "bo2", "卜": "bu3", "晁": "chao2", "谌": "chen2", "句": "gou1",
    "莘": "shen1", "厍": "she4", "沈": "shen3", "佴": "nai4", "应": "ying1", "过": "guo1", "燕": "yan1",
    "撒": "sa4", "仝": "tong2", "逄": "pang2", "郇": "xun2", "郗": "xi1", "宓": "mi4", "殷": "yin1",
    "葛": "ge3", "哈": "ha3", "曲": "qu1", "占": "zhan1", "藏": "zang1", "訾": "zi1", "阚": "kan4",
    "行": "xing2", "重": "chong2", "尹": "yin3", "俞": "yu2", "令狐": "ling2 hu2", "澹台": "tan2 tai2",
}  # fmt: skip
"""Readings that differ as a surname from the common one, with tone numbers."""
