"""The first page of a PDF as a picture: its upper part without margins, and an error for what attacks the reader."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image

from lib import image_worker
from lib.images import FIGURE, keep_page, small
from tests.lib.pdf import INK, bomb, pdf


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file, Image.open(file) as image:
        return image.convert("RGB")


def test_a_page_loses_its_margins_and_what_is_below():
    name = keep_page(pdf(INK), FIGURE)
    large, little = opened(name), opened(small(name))
    assert name.startswith("figures/")
    assert (large.width, large.height, little.size) == (
        pytest.approx(640, abs=1),
        pytest.approx(480, abs=1),
        (320, 240),
    )
    assert max(large.getpixel((320, 40))) < 20  # the black bar
    assert min(large.getpixel((2, 400))) > 235  # and not the red one at the left


@pytest.mark.parametrize(
    "box", ["0 0 1280 720", "0 0 1 1", "0 0 1 10000000", "0 0 99999999999 9", "0 0 -600 -800", "x"]
)
def test_a_page_of_any_size_costs_no_more(box):
    image = opened(keep_page(pdf(INK, box), FIGURE))
    assert image.width <= 640
    assert image.height <= 480


ATTACKS = {
    "no pdf": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), image_worker.UNREADABLE),
    "nothing": (lambda: b"", image_worker.UNREADABLE),
    "truncated": (lambda: pdf(INK)[:200], image_worker.UNREADABLE),
    "no page": (lambda: pdf(INK).replace(b"[3 0 R]", b"[]"), image_worker.UNREADABLE),
    "pages within themselves": (lambda: pdf(INK).replace(b"[3 0 R]", b"[2 0 R]"), image_worker.UNREADABLE),
    "ten million wide": (lambda: pdf(INK, "0 0 10000000 1"), image_worker.UNREADABLE),
    "two million strokes": (lambda: pdf(b"0 0 m 600 700 l S 600 0 m 0 700 l S " * 1_000_000), image_worker.TOO_MUCH),
    "300 MB of zeros": (lambda: pdf(bomb(), filters="/FlateDecode /FlateDecode"), image_worker.TOO_MUCH),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_means_harm_leaves_nothing(attack, tmp_path):
    make, message = ATTACKS[attack]
    with pytest.raises(ValidationError, match=message):
        keep_page(make(), FIGURE)
    assert list(tmp_path.rglob("*.webp")) == []


def test_no_script_of_a_pdf_is_run():
    script = b"/Type /Catalog /OpenAction <</S /JavaScript /JS (while(true){})>>"
    assert opened(keep_page(pdf(INK).replace(b"/Type /Catalog", script), FIGURE)).width
