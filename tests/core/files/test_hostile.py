"""Every hostile file is refused for the right reason, within bounded memory."""

import json
import random
import subprocess
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest

from core.files.faults import BadUpload
from core.files.gate import check_upload
from core.files.limits import EVIDENCE, PHOTO_PACKAGE, PORTRAIT, SHEET
from tests.core.files import makers as make
from tests.core.files.hostile import CORPUS, Hostile

MEASURE = """
import json, re, sys
from pathlib import Path
from core.files.faults import BadUpload
from core.files.gate import check_upload
from core.files import limits
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
codes = []
for folder, name, field in json.loads(sys.stdin.read()):
    with Path(folder).open("rb") as file:
        try:
            check_upload(file, name, getattr(limits, field))
            codes.append(None)
        except BadUpload as refused:
            codes.append(refused.code.value)
sys.stdout.write(json.dumps({"kib": peak() - before, "codes": codes}))
"""
FIELDS = ("PORTRAIT", "EVIDENCE", "SHEET", "PHOTO_PACKAGE")


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad.title)
def test_refused_with_the_right_reason_and_a_sentence_in_both_languages(bad: Hostile) -> None:
    with pytest.raises(BadUpload) as caught:
        check_upload(BytesIO(bad.content()), bad.name, bad.limits)
    assert caught.value.code == bad.code, caught.value.zh
    assert caught.value.zh.endswith("。")
    assert caught.value.en.endswith((".", "?"))
    assert "失败" not in caught.value.zh


def test_corpus_has_at_least_forty_files_and_a_title_each() -> None:
    assert len(CORPUS) >= 40
    assert len({bad.title for bad in CORPUS}) == len(CORPUS)


def test_whole_corpus_stays_below_64_mb(tmp_path: Path) -> None:
    """In a process of its own: what the interpreter allocates and what Pillow and zlib take besides.

    The kernel's own high-water mark is read, because ``getrusage`` of a child begins at its parent's.
    """
    from core.files import limits

    fields = {id(getattr(limits, field)): field for field in FIELDS}
    listed = []
    for number, bad in enumerate(CORPUS):
        place = tmp_path / str(number)
        place.write_bytes(bad.content())
        listed.append((str(place), bad.name, fields[id(bad.limits)]))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURE],
        input=json.dumps(listed),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        cwd=Path(__file__).parents[3],
    )
    answer = json.loads(run.stdout)
    assert answer["codes"] == [bad.code.value for bad in CORPUS]
    assert answer["kib"] < 64 * 1024, f"{answer['kib'] / 1024:.0f} MB"


class _Endless:
    """A sender that never stops."""

    def __init__(self) -> None:
        self.sent = 0

    def read(self, size: int, /) -> bytes:
        self.sent += size
        return b"\xff" * size


def test_endless_sender_is_cut_off_and_never_held() -> None:
    sender = _Endless()
    tracemalloc.start()
    try:
        with pytest.raises(BadUpload) as caught:
            check_upload(sender, "a.jpg", PORTRAIT)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.zh == "照片要小于 5 MB，这张超过 80 MB。"
    assert sender.sent < 17 * PORTRAIT.max_bytes
    assert peak < 1.2 * PORTRAIT.max_bytes


def test_sentence_about_size() -> None:
    with pytest.raises(BadUpload) as caught:
        check_upload(BytesIO(b"\xff" * int(8.2 * 1024 * 1024)), "a.jpg", PORTRAIT)
    assert caught.value.zh == "照片要小于 5 MB，这张是 8.2 MB。"
    assert caught.value.en == "The photo must be smaller than 5 MB; this one has 8.2 MB."


@pytest.mark.filterwarnings("ignore")  # Pillow warns of some of the broken pictures this test makes
def test_bent_files_are_taken_or_refused_and_nothing_else_happens() -> None:
    """Small random changes to good files: the gate answers each one, whatever the libraries raise inside."""
    chance = random.Random(20260618)
    good = [
        ("a.jpg", PORTRAIT, make.picture((130, 140))),
        ("a.png", PORTRAIT, make.picture((130, 140), "PNG")),
        ("a.webp", PORTRAIT, make.picture((130, 140), "WEBP")),
        ("a.pdf", EVIDENCE, make.pdf(make.folded_objects(b"4 0 <<>>"))),
        ("a.xlsx", SHEET, make.workbook()),
        ("a.zip", PHOTO_PACKAGE, make.archive({"1.jpg": make.picture(), "2.jpg": make.picture((130, 140))})),
    ]
    taken = refused = 0
    for _ in range(100):
        for name, limits, data in good:
            bent = bytearray(data)
            for _ in range(chance.choice((1, 2, 8))):
                bent[chance.randrange(len(bent))] = chance.choice((0, 1, 127, 128, 255))
            try:
                check_upload(BytesIO(bytes(bent)), name, limits)
                taken += 1
            except BadUpload:
                refused += 1
    assert taken + refused == 100 * len(good)
    assert min(taken, refused) > 50
