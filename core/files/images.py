"""Pictures are drawn anew: upright, bounded, without hidden data; nothing of the sent file survives."""

from io import BytesIO
from threading import Lock
from typing import Final

from PIL import ExifTags, Image

from core.files.faults import BadUpload, UploadFault, damaged
from core.files.limits import Kind, Limits

QUALITY: Final = 88
_one_at_a_time = Lock()  # a picture may unfold to 200 MB; a process holds one, not one for each thread
_READERS: Final = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP"}
# The turn a camera notes instead of turning (EXIF 2.32, tag Orientation); other values mean none.
_TURNS: Final[dict[object, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def redrawn(data: bytes, kind: Kind, limits: Limits) -> bytes:
    """The picture of this *kind* as a JPEG of at most ``limits.longest_side`` pixels on its longer side.

    The turn noted by the camera is carried out; EXIF (place, device, time), colour profiles, comments
    and anything appended are gone; transparent parts become white. Raises :class:`BadUpload` for a
    picture that is damaged, animated, too large to unfold or too small to read.
    """
    try:
        with _one_at_a_time, Image.open(BytesIO(data), formats=[_READERS[kind]]) as picture:
            _check_size(picture, limits)
            _check_single(picture, limits)
            return _as_jpeg(_upright(picture, limits.longest_side))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(None, limits) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise damaged(limits.noun) from error  # what Pillow raises for broken pictures


def _as_jpeg(picture: Image.Image) -> bytes:
    """Pixels only: what the picture knows besides (comments, profiles) would be written along."""
    picture.info.clear()
    target = BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return target.getvalue()


def _check_size(picture: Image.Image, limits: Limits) -> None:
    pixels = picture.width * picture.height
    reducible = picture.format in ("JPEG", "MPO") and "progressive" not in picture.info
    if pixels > (limits.sampled_pixels if reducible else limits.drawn_pixels):
        raise _too_many_pixels(picture.size, limits)
    if min(picture.size) < limits.shortest_side:
        raise BadUpload(
            UploadFault.TOO_FEW_PIXELS,
            f"{limits.noun.zh}太小（{picture.width}×{picture.height} 像素），看不清内容。请重新拍一张，"
            f"短边不少于 {limits.shortest_side} 像素。",
            f"The {limits.noun.en} is too small to read ({picture.width}×{picture.height} pixels). Take it again, at "
            f"least {limits.shortest_side} pixels on the shorter side.",
        )


def _check_single(picture: Image.Image, limits: Limits) -> None:
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise BadUpload(
            UploadFault.ANIMATED,
            f"这是动图，请换一张静止的{limits.noun.zh}。",
            f"This picture moves; please send a still {limits.noun.en}.",
        )


def _upright(picture: Image.Image, longest: int) -> Image.Image:
    """Read at reduced size where the format allows it, turn, scale, flatten onto white."""
    picture.draft("RGB", (longest, longest))
    plain = _true_colour(picture)
    plain.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    turned = plain if turn is None else plain.transpose(turn)
    if turned.mode != "RGBA":
        return turned
    white = Image.new("RGB", turned.size, "white")
    white.paste(turned, mask=turned.getchannel("A"))
    return white


def _true_colour(picture: Image.Image) -> Image.Image:
    """RGB, or RGBA where parts may be transparent; 16-bit greys keep their upper half.

    A picture in true colour already is passed on as it is: a copy would be held twice.
    """
    if picture.mode in ("RGB", "RGBA") and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("RGB")


def _too_many_pixels(size: tuple[int, int] | None, limits: Limits) -> BadUpload:
    found = "" if size is None else f"（{size[0]}×{size[1]} 像素）"
    found_en = "" if size is None else f" ({size[0]}×{size[1]} pixels)"
    return BadUpload(
        UploadFault.TOO_MANY_PIXELS,
        f"{limits.noun.zh}的尺寸过大{found}，展开会占满内存。请用手机重新拍一张，或缩小后再上传。",
        f"The {limits.noun.en} has too many pixels{found_en}. Take it again with a phone, or scale it down.",
    )
