"""The child that makes pictures anew: a picture on stdin, its size and a WebP on stdout.

Started by `fetch.pictures`, and by nobody else. It limits itself before it reads anything, and knows no network.
"""

from __future__ import annotations

import io
import sys

MEMORY = 256 * 1024 * 1024
"""Bytes of data that decoding may take."""
PIXELS = 50_000_000
FRAMES = 500
SECONDS = 10
LARGEST = 2 * 1024 * 1024
SIDE = 1600
"""Pixels of the longer side of what is shown."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_QUALITIES = (80, 60, 40)


def made(content: bytes, most: int = LARGEST) -> tuple[bytes, int, int]:
    """A WebP of at most `most` bytes with the pixels of the first frame, its width and height.

    Raises ValueError for what is not shown.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # counted here: Pillow would warn first and stop at twice as many
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as found:
            if found.width * found.height > PIXELS:
                raise ValueError("It has too many pixels.")
            if getattr(found, "n_frames", 1) > FRAMES:
                raise ValueError("It has too many frames.")
            found.draft("RGB", (SIDE, SIDE))
            found.thumbnail((SIDE, SIDE))
            upright = ImageOps.exif_transpose(found)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except UnidentifiedImageError as error:
        raise ValueError("It is no picture of a kind that we show.") from error
    except (OSError, SyntaxError, EOFError) as error:
        raise ValueError("It is damaged.") from error
    return _small_enough(plain, most), plain.width, plain.height


def _small_enough(picture: object, most: int) -> bytes:
    for quality in _QUALITIES:
        out = io.BytesIO()
        # A picture of its own: nothing of what stood beside the pixels goes along.
        picture.save(out, "WEBP", quality=quality, exif=b"", icc_profile=b"", xmp=b"")  # type: ignore[attr-defined]
        if out.tell() <= most:
            return out.getvalue()
    raise ValueError("It is too large.")


def limit() -> None:
    """Hard limits for this process. Where there are none (Windows), the parent's clock is what is left."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main() -> int:
    limit()
    try:
        body, width, height = made(sys.stdin.buffer.read())
    except (ValueError, MemoryError) as error:
        sys.stderr.write(f"{error or 'It takes too much memory.'}\n")
        return 1
    sys.stdout.buffer.write(b"%d %d\n" % (width, height) + body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
