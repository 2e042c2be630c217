"""Share cards: what other sites show beside a link, for pages that everybody may read, in letters that one can read."""

import re
from html import unescape
from io import BytesIO

import pytest
import time_machine
from django.conf import settings
from PIL import Image, ImageChops

from lib import throttle
from lib.conflicts import digests
from lib.env import ROOT
from lib.share_image import HEIGHT, INK, PAPER, WIDTH, draw, spelled
from papers.models import Collection, Item
from papers.syndication.views.share_cards import DRAWN
from tests.factories import NOON, PaperFactory

pytestmark = pytest.mark.usefixtures("scene")


@pytest.fixture
def scene(lab, alice):
    lab.description = "We **measure** things."
    lab.save()
    paper = PaperFactory(arxiv_id="2509.08721", title=r"On $\pi$ and \'etale things", organisation=lab)
    for visibility in ("public", "unlisted", "private"):
        row = Collection.objects.create(key=visibility, name=f"Autumn, {visibility}", user=alice, visibility=visibility)
        Item.objects.add(alice, row, [paper.pk])
    alice.about = "I *read*."
    alice.save()
    lab.save_draft(alice, {"description": "words-of-the-draft"}, digests(lab.state()))


def tags(reader, path: str) -> dict[str, str]:
    """The Open Graph tags of this page, by their names without “og:”."""
    return dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', reader.get(path).content.decode()))


WEDNESDAY = "Wednesday, 10 September 2025"
CARDS = {
    # path: (path of the card, kicker, title, line)
    "/": ("/papers/date/2025-09-10", "Papers of the day", WEDNESDAY, "1 paper"),
    "/papers/week/2025-W37": (None, "Papers of the week", "Week 37: 8 September – 14 September 2025", "1 paper"),
    "/papers/month/2025-09": (None, "Papers of the month", "September 2025", "1 paper"),
    "/papers/2509.08721": (None, WEDNESDAY, "On π and étale things", "Ada Lovelace and Grace Hopper · The Lab"),
    "/collections/public": (None, "Collection", "Autumn, public", "by Alice Ash · 1 paper"),
    "/collections/unlisted": (None, "Collection", "Autumn, unlisted", "by Alice Ash · 1 paper"),
    "/orgs/lab": (None, "Organisation", "The Lab", "We measure things."),
    "/people/alice": (None, "Reader", "Alice Ash", "I read."),
    "/people/alice/upvoted": ("/people/alice", "Reader", "Alice Ash", "I read."),
}
# Pages without a card of their own, and their titles.
OF_THE_SITE = {
    "/papers/trending": "Trending",
    "/papers?q=etale&has=code": "“etale”",
    "/orgs": "Organisations",
    "/collections": "Collections",
    "/topics": "Topics",
}


@pytest.mark.parametrize("path", CARDS)
def test_a_page_for_everybody_names_its_card(stranger, path):
    address, *texts = CARDS[path]
    found = tags(stranger, path)
    assert (found["site_name"], found["url"]) == ("Broadsheet", settings.BASE_URL + path)
    assert found["title"] == texts[1]
    assert found["description"]
    picture = f"/share{address or path}.png"
    assert found["image"] == settings.BASE_URL + picture
    answer = stranger.get(picture)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.content == draw(*texts)
    assert Image.open(BytesIO(answer.content)).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("path", OF_THE_SITE)
def test_other_pages_have_the_card_of_the_site(stranger, path):
    found = tags(stranger, path)
    assert (unescape(found["url"]), found["title"]) == (settings.BASE_URL + path, OF_THE_SITE[path])
    assert found["image"] == settings.BASE_URL + "/share/about.png"
    assert stranger.get("/share/about.png").content == draw("", "The daily front page for research papers", "")


PRIVATE = ["/collections/private", "/orgs/lab/preview"]
NOTHING = ["/papers/2509.00001", "/papers/date/2025-09-11", "/papers/week/2025-W99", "/orgs/none", "/collections/none"]


@pytest.mark.parametrize("path", [*PRIVATE, *NOTHING, "/bookmarks", "/papers/2509.08721.png"])
def test_what_is_private_or_empty_has_no_card(alice, signed_in, path):
    owner = signed_in(alice)
    assert tags(owner, path) == {}
    assert owner.get(f"/share{path}.png").status_code == 404


def test_a_card_is_another_when_its_page_says_something_else(stranger):
    first = stranger.get("/share/collections/public.png")
    again = stranger.get("/share/collections/public.png", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Collection.objects.filter(key="public").update(name="Winter")
    changed = stranger.get("/share/collections/public.png", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.content == draw("Collection", "Winter", "by Alice Ash · 1 paper") != first.content
    Collection.objects.filter(key="public").update(visibility="private")
    assert stranger.get("/share/collections/public.png").status_code == 404


@time_machine.travel(NOON, tick=False)
def test_a_network_draws_so_many_cards_and_gets_the_others(stranger):
    drawn = stranger.get("/share/orgs/lab.png").content
    while throttle.take((DRAWN, throttle.network("127.0.0.1"))) is None:
        pass
    assert stranger.get("/share/papers/2509.08721.png").status_code == 429
    assert stranger.get("/share/orgs/lab.png").content == drawn


SPELLED = {
    "Naïve Łukasz, Nguyễn Văn, Ó Dálaigh": "Naïve Łukasz, Nguyễn Văn, Ó Dálaigh",
    "π³: Σ-maps in 𝒪(n²) over ℝ₂": "π³: Σ-maps in O(n²) over R2",
    "Agents 🤗 for all": "Agents  for all",
    "大型语言模型": "",
    "جامعة الملك": "",
    "Half 半": "",
    "∞Bench": "",
    "a\u202eb\x00": "ab",
}


@pytest.mark.parametrize("text", SPELLED)
def test_only_letters_of_the_typeface_are_drawn(text):
    assert spelled(text) == SPELLED[text]


def test_the_next_text_takes_the_place_of_one_that_cannot_be_drawn():
    assert draw("Wednesday", "大型语言模型", "Ada Lovelace") == draw("Wednesday", "Ada Lovelace", "")
    assert draw("Collection", "大型", "by 张伟") == draw("Collection", "The daily front page for research papers", "")


def test_ink_and_paper_are_those_of_the_light_scheme():
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text()
    assert re.findall(r"--(?:paper|ink): light-dark\(#(\w+)", tokens) == [bytes(PAPER).hex(), bytes(INK).hex()]


@pytest.mark.parametrize("word", ["W", "long ", "https://example.org/", "ﷺ", "Ǻ̧̂"])
def test_the_longest_texts_stay_inside(word):
    picture = Image.open(BytesIO(draw("Wednesday", word * 500, word * 500))).convert("RGB")
    left, _, right, bottom = ImageChops.difference(picture, Image.new("RGB", picture.size, "#fdfcf8")).getbbox()
    assert (left, right) >= (70, 1000)
    assert right <= WIDTH - 70
    assert bottom <= HEIGHT - 24
