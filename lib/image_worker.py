"""A script that re-encodes one upload, or the first page of a PDF, as two WebP pictures, in a process of its own.

    image_worker.py WIDTH HEIGHT SMALL_WIDTH SMALL_HEIGHT fit|fill|page

It reads the file from stdin, and writes the length of the large picture (8 bytes), the large picture and the small
one to stdout. If it refuses the file, it exits with REFUSED and writes the reason to stderr.

A file that attacks the decoder meets a process that may use no more than SECONDS and MEMORY and has no secrets: it
imports nothing but Pillow, and pypdfium2 for a PDF.
"""

import resource
import signal
import sys
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
MAX_PIXELS = 25_000_000
SECONDS = {"fit": 0.8, "fill": 0.8, "page": 4.0}  # of CPU time; some figures of papers have a million strokes
MEMORY = 250 * 1024 * 1024  # bytes of data, without code and libraries
REFUSED = 3
UNREADABLE = "This file is not a picture that the site can read. Use PNG, JPEG, WebP, GIF or AVIF."
TOO_LARGE = "The picture has more than 25 million pixels."
TOO_MUCH = "The picture is too complex. Make it smaller, or save it as a JPEG."
_LEFT, _ABOVE = 0.09, 0.05  # of a page's width and height: the margins, with arXiv's stamp on the left
_FIRST_TURNED = 5  # EXIF orientations from 5 on are turned by 90 degrees


def convert(data: bytes, large: tuple[int, int], small: tuple[int, int], mode: str) -> tuple[bytes, bytes]:
    """Returns the first frame as WebP in both sizes, upright and without metadata. It is never enlarged.

    With "fill" the picture is cropped around its middle to the proportions of each size; otherwise all of it is fitted
    into the size. The dimensions are read from the header before any pixel is decoded, and a large picture is reduced
    before anything else is done with it. Raises ValueError, or what Pillow raises, for a picture that is refused.
    """
    if mode == "page":
        return _both(_first_page(data, large), small, fill=True)
    image, fill = Image.open(BytesIO(data), formats=FORMATS), mode == "fill"
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(TOO_LARGE)
    size = large[::-1] if image.getexif().get(0x0112, 1) >= _FIRST_TURNED else large
    image.draft(None, (max(size), max(size)))
    image = _in_eight_bits(image)
    image = ImageOps.exif_transpose(_resized(image, size, fill=fill))
    image.info.clear()
    return _both(image, small, fill=fill)


def _both(image: Image.Image, small: tuple[int, int], *, fill: bool) -> tuple[bytes, bytes]:
    return _webp(image), _webp(_resized(image, small, fill=fill))


def _first_page(data: bytes, size: tuple[int, int]) -> Image.Image:
    """Returns the upper part of the first page, without its margins, in this size. No script of the PDF is run."""
    import pypdfium2  # here, since uploads never need it

    page = pypdfium2.PdfDocument(data)[0]
    width, height = page.get_size()
    left, above = _LEFT * width, _ABOVE * height
    shown = (width - 2 * left) * size[1] / size[0]  # the height of the part
    below = max(height - above - shown, 0)
    image = page.render(scale=size[0] / (width - 2 * left), crop=(left, below, left, above)).to_pil()
    return _resized(image, size, fill=True)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Returns the image with eight bits a channel and without a palette."""
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
    new_size = (max(round(across * scale), 1), max(round(down * scale), 1))
    return image.resize(new_size, Image.Resampling.LANCZOS, box, reducing_gap=3)


def _webp(image: Image.Image) -> bytes:
    data = BytesIO()
    image.convert("RGBA" if "A" in image.mode else "RGB").save(data, "WEBP", quality=85)
    return data.getvalue()


def _refuse(message: str) -> None:
    sys.stderr.write(message)
    sys.exit(REFUSED)


def main(*args: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    *sides, mode = args
    signal.setitimer(signal.ITIMER_PROF, SECONDS[mode])
    width, height, small_width, small_height = map(int, sides)
    try:
        large, small = convert(sys.stdin.buffer.read(), (width, height), (small_width, small_height), mode)
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
