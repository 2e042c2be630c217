"""Files that mean harm to whoever opens them as pictures, by name, each built when it is called for."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image

MB = 1024 * 1024


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def flat(kind: str, size: tuple[int, int] = (600, 300), mode: str = "RGB", **options) -> bytes:
    return encoded(Image.new("RGBA", size, (0, 128, 128, 99)).convert(mode), kind, **options)


def noisy(kind: str, size: tuple[int, int], **options) -> bytes:
    return encoded(Image.effect_noise(size, 60).convert("RGB"), kind, **options)


def animated(kind: str, frames: int, size: tuple[int, int] = (16, 16)) -> bytes:
    first, *rest = [Image.new("RGB", size, (n % 256, n // 256, 99)) for n in range(frames)]
    return encoded(first, kind, save_all=True, append_images=rest, duration=20)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *, more: bytes = b"", rows: bytes = b"\0") -> bytes:
    """A header that promises this size, then whatever is wanted, then these rows."""
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + body


def good_png(more: bytes) -> bytes:
    return png(8, 8, more=more, rows=(b"\0" + b"\x33" * 32) * 8)


def jpeg(segments: bytes) -> bytes:
    """With these segments before all others."""
    whole = flat("JPEG")
    return whole[:2] + segments + whole[2:]


def jpeg_of_many_scans() -> bytes:
    """Progressive, 25 million pixels; its last scan again and again, each of which passes over the whole picture."""
    whole = flat("JPEG", (5000, 5000), progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    return whole[:last] + scan * ((5 * MB - len(whole)) // len(scan)) + b"\xff\xd9"


def gif_of_comments() -> bytes:
    whole = flat("GIF", (32, 32))
    start = 13 + 3 * (2 << (whole[10] & 7))
    return whole[:start] + b"\x21\xfe\x01x\0" * (MB - 1000) + whole[start:]


def gif_and_script() -> bytes:
    whole = flat("GIF", (32, 32))
    return whole[:-1] + b"\x21\xfe\x10*/=alert(1);/*xxx\0;"


def png_and_zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("evil.js", "alert(1)")
    return flat("PNG") + data.getvalue()


def _gif_of_a_huge_screen() -> bytes:
    return b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + flat("GIF", (32, 32))[10:]


FILES: dict[str, Callable[[], bytes]] = {
    "png, claims 60000 x 60000": lambda: png(60_000, 60_000),
    "png, claims 2147483647 x 1": lambda: png(2**31 - 1, 1),
    "png, 60000 x 400": lambda: flat("PNG", (60_000, 400)),
    "png, 25 million pixels": lambda: flat("PNG", (5000, 5000), "RGBA"),
    "png, 16 bits, 25 million": lambda: encoded(Image.new("I;16", (5000, 5000), 999), "PNG"),
    "png, truncated": lambda: noisy("PNG", (900, 900))[:200_000],
    "png, 2 MB of empty chunks": lambda: good_png(chunk(b"tEXt", b"k\0v") * 150_000),
    "png, 400,000 chunks of pixels": lambda: good_png(chunk(b"IDAT", b"") * 400_000),
    "png, zTXt of 100 MB": lambda: good_png(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100 * MB), 1))),
    "png, 70 zTXt of 1 MB": lambda: good_png(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(MB - 1), 1)) * 70),
    "png, iCCP of 100 MB": lambda: good_png(chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(100 * MB), 1))),
    "png, EXIF of 4 MB": lambda: good_png(chunk(b"eXIf", b"II*\0\x08\0\0\0\xff\xff" + bytes(4 * MB))),
    "png and zip": png_and_zip,
    "jpeg, 25 million pixels": lambda: flat("JPEG", (5000, 5000)),
    "jpeg, 65500 x 381": lambda: flat("JPEG", (65_500, 381)),
    "jpeg, progressive, no subsampling": lambda: flat("JPEG", (5000, 5000), progressive=True, subsampling=0),
    "jpeg, 5 MB of scans": jpeg_of_many_scans,
    "jpeg, 1.2 million segments": lambda: jpeg(b"\xff\xfe\0\2" * 1_200_000),
    "jpeg, 60 profiles of 64 kB": lambda: jpeg((b"\xff\xe2\xff\xffICC_PROFILE\0\1\1" + bytes(65_519)) * 60),
    "jpeg, EXIF that points at itself": lambda: jpeg(
        b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\1\0\x69\x87\4\0\1\0\0\0\x08\0\0\0\x08\0\0\0"
    ),
    "jpeg, truncated": lambda: noisy("JPEG", (2000, 2000))[:100_000],
    "gif, claims 60000 x 60000": _gif_of_a_huge_screen,
    "gif, 3,000 frames": lambda: animated("GIF", 3_000),
    "gif, a million comments": gif_of_comments,
    "gif and script": gif_and_script,
    "gif header and script": lambda: b"GIF89a/*" + b" " * 1000 + b"*/=1;alert(1)",
    "webp, 3,000 frames": lambda: animated("WEBP", 3_000),
    "webp, 25 million pixels": lambda: flat("WEBP", (5000, 5000)),
    "webp, lossless, 9 million": lambda: flat("WEBP", (3000, 3000), lossless=True),
    "webp, truncated": lambda: noisy("WEBP", (900, 900))[:20_000],
    "avif, 100 frames": lambda: animated("AVIF", 100),
    "avif, 25 million pixels": lambda: flat("AVIF", (5000, 5000), speed=10),
    "avif, noise, 12 million": lambda: noisy("AVIF", (4000, 3000), speed=10, quality=40),
    "avif, truncated": lambda: flat("AVIF")[:-40],
    "svg": lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "tiff called .png": lambda: flat("TIFF"),
    "pdf": lambda: b"%PDF-1.7\n" + bytes(1000),
    "nothing": lambda: b"",
    "5 MB and a byte": lambda: bytes(5 * MB + 1),
    "5 MB of png header": lambda: (b"\x89PNG\r\n\x1a\n" * MB)[: 5 * MB],
}
