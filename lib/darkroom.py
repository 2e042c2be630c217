"""A process of its own in which one upload becomes two clean pictures.

    darkroom.py WIDTH HEIGHT SMALL_WIDTH SMALL_HEIGHT fit|fill  < upload  > length of the large one (8 bytes), both

Whatever an upload is made to do to its reader, it does to a process that may use no more than SECONDS and MEMORY and
knows nothing of the site: it needs nothing but Pillow. Ends with REFUSED and the reason on stderr for what it can read
and will not take.
"""

import resource
import signal
import sys
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_PIXELS = 25_000_000
SECONDS = 0.8  # of computing
MEMORY = 250 * 1024 * 1024  # bytes of data; code and libraries come on top
REFUSED = 3
UNREADABLE = "This is not a picture that can be read: use PNG, JPEG, WebP, GIF or AVIF."
TOO_LARGE = "The picture has more than 25 million pixels."
TOO_MUCH = "The picture takes too much to open. Save it smaller, or as a JPEG."
_TURNED = 5  # EXIF orientations from 5 on lie on their side


def develop(data: bytes, large: tuple[int, int], small: tuple[int, int], *, fill: bool) -> tuple[bytes, bytes]:
    """The first frame as WebP in both sizes, upright, without metadata, never enlarged.

    `fill`: cut around the middle to the shape of the size; else the whole picture fits into it. The size is read from
    the header before any pixel is decoded, and what is large is reduced before anything else is done with it.
    """
    image = Image.open(BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(TOO_LARGE)
    size = large[::-1] if image.getexif().get(0x0112, 1) >= _TURNED else large
    image.draft(None, (max(size), max(size)))
    image = _depth(image)
    image = ImageOps.exif_transpose(_resized(image, size, fill=fill))
    image.info.clear()
    return _webp(image), _webp(_resized(image, small, fill=fill))


def _depth(image: Image.Image) -> Image.Image:
    """In eight bits a channel, with a palette's colours spelled out."""
    if image.mode.startswith(("I", "F")):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    alpha = image.has_transparency_data
    if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK") and alpha == (image.mode in ("RGBA", "LA")):
        return image
    return image.convert("RGBA" if alpha else "RGB")


def _resized(image: Image.Image, size: tuple[int, int], *, fill: bool) -> Image.Image:
    width, height = image.size
    scale = (max if fill else min)(size[0] / width, size[1] / height)
    across, down = (size[0] / scale, size[1] / scale) if fill else image.size
    left, top = (width - across) / 2, (height - down) / 2
    box = (max(left, 0), max(top, 0), min(left + across, width), min(top + down, height))
    scale = min(scale, 1)
    wanted = (max(round(across * scale), 1), max(round(down * scale), 1))
    return image.resize(wanted, Image.Resampling.LANCZOS, box, reducing_gap=3)


def _webp(image: Image.Image) -> bytes:
    data = BytesIO()
    image.convert("RGBA" if "A" in image.mode else "RGB").save(data, "WEBP", quality=85)
    return data.getvalue()


def _refuse(message: str) -> None:
    sys.stderr.write(message)
    sys.exit(REFUSED)


def main(*told: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    *sides, how = told
    width, height, small_width, small_height = map(int, sides)
    try:
        large, small = develop(
            sys.stdin.buffer.read(), (width, height), (small_width, small_height), fill=how == "fill"
        )
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        _refuse(TOO_LARGE)
    except MemoryError:
        _refuse(TOO_MUCH)
    except (UnidentifiedImageError, OSError, RuntimeError, SyntaxError, EOFError):
        _refuse(UNREADABLE)
    except ValueError as error:
        _refuse(TOO_LARGE if str(error) == TOO_LARGE else UNREADABLE)
    sys.stdout.buffer.write(len(large).to_bytes(8) + large + small)


if __name__ == "__main__":
    main(*sys.argv[1:])
