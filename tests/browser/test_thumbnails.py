"""Pictures on cards: at the right on a wide screen, fetched when they come into view, and none on a phone."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import expect

from bench.hostile_pictures import flat
from lib.images import small
from tests.browser.axe import faults
from tests.factories import PaperFactory


def test_pictures_stand_at_the_right_of_a_wide_screen_alone(visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    for number in range(30):
        name = f"figures/{number:032x}.webp"
        for each in (name, small(name)):
            default_storage.save(each, ContentFile(flat("WEBP", (320, 180))))
        PaperFactory(title=f"Paper {number}", picture=name)
    page = visit("about:blank")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url) if "/media/" in request.url else None)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/papers", wait_until="networkidle")
    assert (page.locator(".thumbnail:visible").count(), fetched) == (0, [])
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/papers", wait_until="networkidle")
    assert 4 <= len(fetched) < 30
    picture = page.locator(".thumbnail img").first.bounding_box()
    assert picture["width"] / picture["height"] == 4 / 3
    text, shelf = (page.locator(f".card {part}").first.bounding_box() for part in ("h2 a", ".shelf"))
    assert text["x"] + text["width"] <= picture["x"]
    assert picture["x"] + picture["width"] <= shelf["x"]
    assert [fault for fault in faults(page) if "thumbnail" in fault] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_picture_stands_beside_the_abstract(visit, settings, tmp_path, width):
    settings.MEDIA_ROOT = tmp_path
    name = f"figures/{1:032x}.webp"
    for each, size in ((name, (640, 360)), (small(name), (320, 180))):
        default_storage.save(each, ContentFile(flat("WEBP", size)))
    bare, paper = PaperFactory(), PaperFactory(picture=name, abstract="A sentence of an abstract. " * 40)
    page = visit(bare.path)
    expect(page.locator("main img")).to_have_count(0)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(paper.path, wait_until="networkidle")
    picture = page.get_by_role("img", name="Preview of the paper")
    assert picture.evaluate("image => image.naturalWidth") > 0
    box, text = picture.bounding_box(), page.locator(".paper-abstract p").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(4 / 3, abs=0.01)
    is_beside = box["x"] > text["x"] + 100
    assert is_beside is (width > 1000)
    assert [fault for fault in faults(page) if "picture" in fault] == []
