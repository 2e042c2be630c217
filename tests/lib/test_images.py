"""Uploads: good ones come back small and clean, all others are refused in words and at no cost."""

import struct
import zlib
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lib.images import small_webp


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("logo.png", data)


def picture(size=(600, 300), kind="PNG", **options) -> bytes:
    data = BytesIO()
    Image.new("RGB", size, "red").save(data, kind, **options)
    return data.getvalue()


def png_that_claims(width, height) -> bytes:
    """A few bytes whose header promises a huge picture."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_picture_becomes_a_small_webp_under_a_random_name(kind):
    made = small_webp(upload(picture(kind=kind)))
    with Image.open(made) as image:
        assert (image.format, image.size) == ("WEBP", (256, 128))
    assert len(made.name) == len("0" * 32 + ".webp")


def test_metadata_is_gone():
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    made = small_webp(upload(picture(kind="JPEG", exif=exif)))
    assert b"where I live" not in made.read()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not a picture"),
        (b"GIF89a<script>alert(1)</script>", "not a picture"),
        (b"%PDF-1.4", "not a picture"),
        (picture()[:200], "not a picture"),
        (picture(kind="AVIF")[:-40], "not a picture"),
        (png_that_claims(60_000, 60_000), "25 million pixels"),
        (png_that_claims(6_000, 6_000), "25 million pixels"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * (5 * 1024 * 1024), "larger than 5 MB"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(data, words):
    with pytest.raises(ValidationError, match=words):
        small_webp(upload(data))
