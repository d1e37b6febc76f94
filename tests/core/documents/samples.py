"""Papers with invented people: rare characters, names with ·, a through-train with two majors."""

from datetime import date, datetime

from core.clock import BEIJING
from core.documents.admission_letter import AdmissionLetter, Arrival, Stage
from core.documents.content import Issuer, Verification
from core.documents.receipt import Consent, Major, Receipt, ReceiptChoice
from core.documents.status_proof import StatusProof

CODE = "37KYR1SX465Y3QRBAP67XNC4732C"
RARE = "䶮𠮷𬭎〇㛃"
SITE = "https://zone.example.cn/verify"

LETTER = AdmissionLetter(
    verification=Verification("QP-2026-310118-0042", CODE, SITE),
    issuer=Issuer("上海市工商信息学校", "上海市青浦区公园东路1158号", "021-5920 0000", "青浦区教育局"),
    student_name="欧阳䶮",
    candidate_number="2026330421000317",
    source_county="嘉善县",
    cycle_year=2026,
    round_name="第一轮",
    stages=(
        Stage("中职段", "700403", "飞机设备维修", 3),
        Stage("高职段", "500410", "飞机电子设备维修", 2, "上海民航职业技术学院"),
    ),
    form="中高职贯通（3+2）",
    study_mode="住校",
    tuition="中职段免学费；高职段按合作院校标准收取",
    boarding="住宿费每学年 900 元，六人间",
    arrival=Arrival(
        date(2026, 8, 30),
        date(2026, 8, 31),
        "8:30—16:30",
        "本校东门迎新处",
        ("本通知书", "居民身份证或户口簿原件", "初中毕业证书", "一寸免冠彩色照片 4 张"),
        "因故不能按期报到的，应在报到截止前向学校书面请假，请假不超过两周。",
    ),
    issued_on=date(2026, 7, 20),
)

RECEIPT = Receipt(
    verification=Verification("BM2026-0003172", CODE, SITE),
    issuer=Issuer("嘉善县教育局招生办公室", "浙江省嘉兴市嘉善县罗星街道", "0573-8402 0000"),
    student_name="阿依古丽·买买提",
    id_masked="330421********0004",
    source_county="嘉善县",
    junior_school="嘉善县第四中学",
    cycle_year=2026,
    round_name="第一轮",
    version=2,
    submitted_at=datetime(2026, 6, 18, 10, 32, tzinfo=BEIJING),
    choices=(
        ReceiptChoice(
            1,
            "310118",
            "上海市工商信息学校",
            "青浦区",
            (Major("700403", "飞机设备维修"), Major("500410", "飞机电子设备维修")),
            "中高职贯通（3+2）",
        ),
        ReceiptChoice(
            2,
            "320509",
            "江苏省吴江中等专业学校",
            "吴江区",
            (Major("710102", "物联网技术应用"),),
            "五年一贯制",
        ),
    ),
    accepts_adjustment=True,
    consent=Consent("买**", "父亲", "手机确认", datetime(2026, 6, 18, 10, 30, tzinfo=BEIJING), "2026-1"),
    changes_until=datetime(2026, 6, 20, 17, 0, tzinfo=BEIJING),
)

PROOF = StatusProof(
    verification=Verification("ZM-2026-330421-0007", CODE, SITE),
    issuer=Issuer("嘉善信息技术工程学校", "浙江省嘉兴市嘉善县魏塘街道谈公北路", "0573-8402 1111", "嘉善县教育局"),
    student_name="𠮷𬭎",
    sex="男",
    id_shown="330421********0009",
    student_number="L330421000000000017",
    status="在读",
    major="计算机应用（710201）",
    form="中高职一体化（3+2）",
    years=5,
    grade="2025 级",
    class_name="计算机 2 班",
    entered_on=date(2025, 9, 1),
    expected_until=date(2030, 6, 30),
    purpose="办理交通卡",
    issued_on=date(2026, 3, 12),
    valid_until=date(2026, 6, 12),
)
