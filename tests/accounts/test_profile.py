"""The profile: who one is, and what others see."""

from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from tests.factories import UserFactory

FLAGS = ["submissions", "votes", "collections", "memberships"]
KEPT = [{"label": "Home", "url": "https://example.org"}, {"label": "example.com", "url": "http://example.com/a"}]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def png() -> SimpleUploadedFile:
    data = BytesIO()
    Image.new("RGB", (400, 400), "navy").save(data, "PNG")
    return SimpleUploadedFile("me.png", data.getvalue(), "image/png")


def pictures(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_who_one_is_stands_on_the_public_page(alice, signed_in, stranger):
    data = {"name": "Alice A.", "about": "**Bold** <script>", "links": "Home https://example.org\nhttp://example.com/a"}
    assert signed_in(alice).act("/settings/profile", data).url == "/settings/profile"
    alice.refresh_from_db()
    assert (alice.name, alice.about, alice.links) == ("Alice A.", "**Bold** <script>", KEPT)
    page = stranger.get("/people/alice").content.decode()
    assert "<h1>Alice A.</h1>" in page
    assert "<strong>Bold</strong> &lt;script&gt;" in page
    assert '<a href="https://example.org" rel="nofollow ugc noopener">Home</a>' in page
    assert "Edit profile" not in page
    assert "Edit profile" in signed_in(alice).get("/people/alice").content.decode()


def test_links_come_back_as_they_were_typed(alice, signed_in):
    alice.links = KEPT
    alice.save()
    page = signed_in(alice).get("/settings/profile").content.decode()
    assert "Home https://example.org\nexample.com http://example.com/a</textarea>" in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"about": "x" * 1001}, "at most 1000 characters"),
        ({"links": "Me javascript:alert(1)"}, "must end with an address"),
        ({"links": "Me https://example.org\n" * 6}, "at most 5 links"),
        ({"portrait": SimpleUploadedFile("x.svg", b"<svg/>", "image/svg+xml")}, "picture"),
    ],
)
def test_bad_profiles_are_explained_and_nothing_is_lost(alice, signed_in, data, words, media):
    answer = signed_in(alice).act("/settings/profile", {"name": "Typed with care"} | data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    for typed in data.get("name", "Typed with care"), data.get("links", ""):
        assert typed.strip() in page
    alice.refresh_from_db()
    assert (alice.name, alice.links, pictures(media)) == ("Alice Ash", [], [])


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_re_encoded_served_replaced_and_removed(alice, signed_in, stranger, media):
    reader = signed_in(alice)
    assert '<span class="logo" aria-hidden="true">AA</span>' in stranger.get("/people/alice").content.decode()
    reader.act("/settings/profile", {"portrait": png()})
    alice.refresh_from_db()
    with Image.open(alice.portrait.path) as image:
        assert image.format == "WEBP"
    assert f'src="/media/{alice.portrait.name}"' in stranger.get("/people/alice").content.decode()
    first = pictures(media)
    reader.act("/settings/profile", {"portrait": png()})
    second = pictures(media)
    assert (len(second), set(first) & set(second)) == (len(first), set())
    reader.act("/settings/profile", {"portrait-clear": "on"})
    alice.refresh_from_db()
    assert (bool(alice.portrait), pictures(media)) == (False, [])


@pytest.mark.parametrize("flag", FLAGS)
def test_who_may_see_what(alice, bob, flag):
    for shown in (True, False):
        setattr(alice, f"shows_{flag}", shown)
        alice.save()
        for viewer, sees in ((alice, True), (bob, shown), (AnonymousUser(), shown)):
            assert alice.shows(flag, to=viewer) is sees
            assert (alice in User.objects.showing(flag, to=viewer)) is sees


def test_nothing_of_a_deactivated_person_is_seen(alice, bob):
    User.objects.update(is_active=False, shows_votes=True)
    alice.refresh_from_db()
    for flag in FLAGS:
        assert not alice.shows(flag, to=bob)
        assert alice not in User.objects.showing(flag, to=bob)


def test_what_is_shown_unless_one_says_otherwise(db):
    person = UserFactory()
    assert [flag for flag in FLAGS if getattr(person, f"shows_{flag}")] == ["submissions", "collections", "memberships"]
