"""What people decide about an import: which kinds of an archive come in, and what a new import replaces."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from papers.models import Bookmark, Collection, Intake, Vote
from papers.models import follow as follow_models
from tests.factories import PaperFactory
from tests.papers.intake.archives import made
from tests.papers.intake.test_import_pages import PAGE, send, text_of

KINDS = ["bookmarks", "collections", "follows", "upvotes"]


@pytest.fixture
def reader(alice, signed_in):
    return signed_in(alice)


def bring(reader, work, data: bytes) -> str:
    """The address of the preview of an archive."""
    page = send(reader, file=SimpleUploadedFile("from.zip", data)).url
    work()
    return page


@pytest.fixture
def page(reader, work) -> str:
    """The preview of an archive with something of each kind, and with a collection that has no papers."""
    rows = [{"arxiv_id": PaperFactory().arxiv_id}]
    collections = [{"name": "Winter", "visibility": "unlisted", "address": "a"}]
    data = made(bookmarks=rows, upvotes=rows, collections=collections, followed_topics=[{"what": "agents"}])
    return bring(reader, work, data)


def counts(person) -> dict[str, int]:
    numbers = (model.objects.filter(user=person).count() for model in (Bookmark, Collection))
    return dict(
        zip(KINDS, [*numbers, follow_models.count(person), Vote.objects.filter(user=person).count()], strict=True)
    )


def test_upvotes_alone_are_not_chosen_beforehand(reader, page):
    boxes = re.findall(r'<input type="checkbox" name="kinds" value="(\w+)"[^>]*?( checked)?>', reader.get(page).text)
    assert boxes == [("bookmarks", " checked"), ("collections", " checked"), ("follows", " checked"), ("upvotes", "")]


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_was_chosen_comes_in(alice, reader, page, kind):
    for _ in range(2):
        reader.act(f"{page}/write", {"kinds": kind})
    assert counts(alice) == {name: int(name == kind) for name in KINDS}
    reader.act(f"{page}/write", {"kinds": KINDS})
    assert counts(alice) == {name: int(name == kind) for name in KINDS}


@pytest.mark.parametrize("kinds", [[], ["settings"]])
def test_without_a_choice_nothing_is_written(alice, reader, page, kinds):
    assert reader.act(f"{page}/write", {"kinds": kinds}).status_code == 400
    assert (Intake.objects.get().state, sum(counts(alice).values())) == ("ready", 0)


def test_what_is_no_archive_has_nothing_to_choose(reader):
    page = send(reader, PaperFactory().arxiv_id).url
    assert 'name="kinds"' not in reader.get(page).text
    reader.act(f"{page}/write")
    assert Bookmark.objects.count() == 1


def test_a_collection_without_papers_is_announced_and_made_once(alice, reader, work):
    data = made(collections=[{"name": "Winter", "visibility": "unlisted", "address": "a"}])
    page = bring(reader, work, data)
    assert "Collection “Winter” 0 to add A new collection. Unlisted" in text_of(reader.get(page))
    reader.act(f"{page}/write", {"kinds": "collections"})
    assert Collection.objects.get(user=alice).name == "Winter"
    assert "There is nothing to add." in text_of(reader.get(bring(reader, work, data)))


def test_the_form_names_what_a_new_import_replaces(reader):
    assert "last import" not in text_of(reader.get(PAGE))
    page = send(reader, PaperFactory().arxiv_id).url
    form = reader.get(PAGE)
    assert f'<a href="{page}">Your last import</a>' in form.text
    assert "A new import replaces it." in text_of(form)
    reader.act(f"{page}/write")
    assert "last import" not in text_of(reader.get(PAGE))


def test_the_form_names_upvotes_that_are_left(alice, reader):
    vote = {"id": "2509.10001", "title": "", "note": "", "at": "", "version": None}
    Intake.objects.create(user=alice, state="done", data={"votes": [vote]})
    assert "has upvotes left" in text_of(reader.get(PAGE))


def test_when_nothing_can_be_added_one_gets_back_to_the_form(reader):
    page = send(reader, "1706.03762").url
    assert "There is nothing to add." in text_of(reader.get(page))
    assert re.search(r'formaction="[^"]*/discard"\s*>Back to the form</button>', reader.get(page).text)
    assert reader.act(f"{page}/discard").url == PAGE


def test_the_settings_mark_where_one_is(reader):
    page = send(reader, PaperFactory().arxiv_id).url
    for path, link in ((page, PAGE), (PAGE, PAGE)):
        assert re.findall(r'<a href="([^"]*)"\s+aria-current', reader.get(path).text) == [link]
