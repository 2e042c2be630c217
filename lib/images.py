"""Uploaded pictures: verified, stripped of all metadata and re-encoded: no upload is ever served as it came."""

import secrets
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
TYPES = tuple(f"image/{name.lower()}" for name in FORMATS)


def small_webp(upload, side: int = 256) -> ContentFile:
    """The picture as a WebP file of `side` × `side` pixels at most, under a random name.

    Raises ValidationError, in words for the uploader, for anything that is not a picture of a known kind,
    is larger than 5 MB or has more than 25 million pixels. The size is read from the header before any
    pixel is decoded. (A damaged AVIF is a RuntimeError.)
    """
    if upload.size > MAX_BYTES:
        raise ValidationError("The picture is larger than 5 MB.")
    try:
        image = Image.open(upload, formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError("The picture has more than 25 million pixels.")
        image = ImageOps.exif_transpose(image).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValidationError("The picture has more than 25 million pixels.") from None
    except (UnidentifiedImageError, OSError, RuntimeError, SyntaxError, ValueError):
        raise ValidationError("This is not a picture that can be read: use PNG, JPEG, WebP, GIF or AVIF.") from None
    image.thumbnail((side, side))
    data = BytesIO()
    image.save(data, "WEBP", quality=85)
    return ContentFile(data.getvalue(), name=f"{secrets.token_hex(16)}.webp")
