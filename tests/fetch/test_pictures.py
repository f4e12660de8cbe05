"""Pictures from other servers: nothing of what came is shown, only its pixels; whatever is no picture is refused."""

import io
import json
import struct
import subprocess
import sys
import zlib
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from PIL import Image

from threadleaf.core.errors import Blocked
from threadleaf.fetch import pictures, pixels
from threadleaf.fetch.answers import Aborted
from threadleaf.fetch.door import Door
from threadleaf.fetch.pictures import Unanswered, Unusable, Vanished, made_anew
from threadleaf.wire import Answer, Refused, Request

SECRET = b"51.5007 N, 0.1246 W"


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128).save(out, kind, **more)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds as many zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 3 * width)) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def film(frames: int) -> bytes:
    out = io.BytesIO()
    every = [Image.new("P", (2, 2), number % 256) for number in range(frames)]
    every[0].save(out, "GIF", save_all=True, append_images=every[1:], optimize=False)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_raster_images_are_made_anew_as_webp(kind: str):
    made = made_anew(drawn(kind))
    assert (made.width, made.height, made.body[:4], made.body[8:12]) == (40, 30, b"RIFF", b"WEBP")
    with Image.open(io.BytesIO(made.body)) as shown:
        assert shown.size == (40, 30)


def test_what_is_not_seen_does_not_come_along():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    hidden = b"<script>alert(1)</script>"
    content = drawn("JPEG", exif=exif, comment=SECRET, icc_profile=SECRET * 10) + hidden
    assert SECRET in content
    for body in (made_anew(content).body, pixels.made(content)[0]):
        assert SECRET not in body
        assert hidden not in body
        with Image.open(io.BytesIO(body)) as shown:
            assert not shown.getexif()
            assert "icc_profile" not in shown.info


def test_a_picture_on_its_side_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    made = made_anew(drawn("JPEG", exif=exif))
    assert (made.width, made.height) == (30, 40)


def test_a_large_picture_is_made_small_and_a_clear_one_stays_clear():
    assert (made_anew(drawn(size=(4000, 100))).width, made_anew(drawn("JPEG", (4000, 2000))).width) == (1600, 1600)
    with Image.open(io.BytesIO(made_anew(drawn(mode="RGBA")).body)) as shown:
        assert shown.mode == "RGBA"


def test_of_a_film_the_first_picture_is_shown():
    assert made_anew(film(3)).width == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no picture"),
        (b"<!doctype html><title>A picture</title>", "no picture"),
        (b"%PDF-1.7", "no picture"),
        (drawn("TIFF"), "no picture"),
        (drawn("BMP"), "no picture"),
        (drawn()[:60], "damaged"),
        (drawn("JPEG")[:200], "damaged"),
        (bomb(8000, 6251), "too many pixels"),
        (film(501), "too many frames"),
    ],
)
def test_whatever_else_is_refused(content: bytes, says: str):
    for make, error in ((made_anew, Unusable), (pixels.made, ValueError)):
        with pytest.raises(error) as caught:
            make(content)
        assert says in str(caught.value)


def test_a_picture_that_takes_too_much_memory_or_time_is_refused():
    code = "from threadleaf.fetch import pixels; pixels.limit(); bytes(300 * 1024 * 1024)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert done.returncode
    assert "MemoryError" in done.stderr
    with pytest.raises(Unusable) as caught:
        made_anew(drawn(), seconds=0.001)
    assert "longer than" in str(caught.value)


def test_the_child_limits_itself():
    code = (
        "import json, resource as r; from threadleaf.fetch import pixels; pixels.limit(); "
        "print(json.dumps([r.getrlimit(k)[0] for k in (r.RLIMIT_DATA, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == [256 * 1024 * 1024, 10, 0, 0]


def test_a_picture_that_stays_too_large_is_refused():
    with pytest.raises(ValueError, match="too large"):
        pixels.made(drawn(), most=10)


# --- fetching ----------------------------------------------------------------------------------------------------


class Says:
    """A door that says one thing."""

    def __init__(self, said: Answer | Refused | Exception) -> None:
        self.said = said

    async def send(self, request: Request) -> Answer | Refused:
        assert "image/" in request.accept
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def answer(status: int, body: bytes = b"") -> Answer:
    return Answer(status=status, body=body, at=datetime(2026, 5, 3, tzinfo=UTC))


def test_a_picture_comes_through_the_door():
    door = cast("Door", Says(answer(200, drawn())))
    assert pictures.picture(door, "https://cdn.example/1.png").width == 40


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(404), Vanished),
        (answer(410), Vanished),
        (answer(403), Unanswered),
        (answer(500), Unanswered),
        (answer(200, b"<svg/>"), Unusable),
        (Refused(kind="network", detail="no server"), Unanswered),
        (Aborted("timeout", "too slow"), Unanswered),
        (Blocked("It leads inside.", code="DENY-ADDR"), Unusable),
    ],
)
def test_what_is_no_picture_is_told_apart(said: Answer | Refused | Exception, error: type[Exception]):
    with pytest.raises(error):
        pictures.picture(cast("Door", Says(said)), "https://cdn.example/1.png")
