"""The pages on which people import papers: the form, what was recognised, and what became of it."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from orgs.models import Membership
from papers.intake import tasks, writing
from papers.models import Bookmark, Collection, Intake, Item, Vote
from papers.models import follow as follow_models
from tests.factories import PaperFactory, UserFactory, appoint
from tests.papers.intake.archives import made

PAGE = "/settings/import"


def send(reader, text="", target="bookmarks", **data):
    return reader.act(PAGE, {"text": text, "target": target} | data)


def upload(reader, data: bytes, **more):
    return send(reader, file=SimpleUploadedFile("from.zip", data), **more)


def text_of(answer) -> str:
    """The page's text as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode().split("<h1>")[-1]).split())


@pytest.fixture
def reader(alice, signed_in):
    return signed_in(alice)


def test_from_the_text_to_the_bookmarks(alice, reader):
    here, saved = PaperFactory(title="Attention, again"), PaperFactory()
    Bookmark.objects.make(alice, saved)
    lines = f"{here.arxiv_id}\n{saved.arxiv_id}\n{here.arxiv_id}\n1706.03762\nRead <b>this</b> on Monday"
    page = send(reader, lines).url
    preview = reader.get(page)
    text = text_of(preview)
    assert "Bookmarks 1 to add 1 there already 1 not on this site 1 listed more than once" in text
    assert f'<a href="/papers/{here.arxiv_id}">Attention, again</a>' in preview.content.decode()
    assert '<a href="/papers/submit?arxiv_id=1706.03762">Submit' in preview.content.decode()
    assert "<q>Read &lt;b&gt;this&lt;/b&gt; on Monday</q>" in preview.content.decode()
    assert "No arXiv id, address or DOI in this line." in text
    assert Bookmark.objects.count() == 1  # nothing was added so far
    assert reader.act(f"{page}/write").url == page
    assert "Bookmarks : 1 added, 1 there already, 1 not on this site." in text_of(reader.get(page))
    assert set(Bookmark.objects.values_list("user", "paper")) == {(alice.pk, here.pk), (alice.pk, saved.pk)}
    assert reader.act(f"{page}/write").url == page
    assert Bookmark.objects.count() == 2


def test_what_was_looked_at_is_what_is_imported(reader):
    first, second = PaperFactory(), PaperFactory()
    page = send(reader, first.arxiv_id).url
    reader.act(f"{page}/write", {"text": second.arxiv_id, "target": "new", "name": "Other"})
    assert [mark.paper for mark in Bookmark.objects.all()] == [first]
    assert not Collection.objects.exists()


def test_into_a_new_collection_with_notes(alice, reader):
    papers = [PaperFactory(), PaperFactory()]
    lines = f"agents: {papers[0].arxiv_id}\n{papers[1].arxiv_id}"
    page = send(reader, lines, target="new", name="Reading  list").url
    assert "Collection “Reading list” 2 to add 1 with a note A new collection, which is private." in text_of(
        reader.get(page)
    )
    reader.act(f"{page}/write")
    collection = Collection.objects.get(user=alice)
    assert (collection.name, collection.visibility, collection.paper_count) == ("Reading list", "private", 2)
    items = Item.objects.order_by("-position").values_list("paper", "note")
    assert list(items) == [(papers[0].pk, "Tags: agents"), (papers[1].pk, "")]
    assert f'<a href="/collections/{collection.key}">Reading list</a>' in reader.get(page).content.decode()


def test_notes_for_bookmarks_are_said_to_be_left_out(reader):
    page = send(reader, f"agents: {PaperFactory().arxiv_id}").url
    assert "Bookmarks have no notes" in text_of(reader.get(page))


def test_into_a_collection_of_ones_organisation(lab, alice, reader):
    autumn = Collection.objects.begin(alice, lab, "Autumn")
    paper = PaperFactory()
    page = send(reader, paper.arxiv_id, target=f"collection:{autumn.key}").url
    reader.act(f"{page}/write")
    assert [item.paper for item in Item.objects.filter(collection=autumn)] == [paper]


def test_a_collection_of_others_is_no_target(bob, reader):
    theirs = Collection.objects.begin(bob, bob, "Theirs", visibility="public")
    answer = send(reader, PaperFactory().arxiv_id, target=f"collection:{theirs.key}")
    assert (answer.status_code, "Select a valid choice" in answer.content.decode()) == (400, True)
    assert not Intake.objects.exists()


@pytest.mark.parametrize("change", ["delete", "leave"])
def test_a_target_that_one_loses_meanwhile_takes_nothing(lab, alice, reader, change):
    autumn = Collection.objects.begin(alice, lab, "Autumn")
    page = send(reader, PaperFactory().arxiv_id, target=f"collection:{autumn.key}").url
    if change == "delete":
        autumn.delete()
    else:
        Membership.objects.filter(user=alice).delete()
    assert "was deleted, or you can’t change it any more" in text_of(reader.get(page))
    reader.act(f"{page}/write")
    assert "was deleted, or you can’t change it any more" in text_of(reader.get(page))
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Paste text or choose a file."),
        ({"text": "2509.10001", "file": SimpleUploadedFile("a.txt", b"2509.10001")}, "not both"),
        ({"text": "2509.10001", "target": "new"}, "Enter a name for the new collection."),
        ({"file": SimpleUploadedFile("a.txt", b"a" * 5_000_001)}, "larger than 5 MB"),
        ({"text": "[{"}, "looks like JSON, but it is broken"),
    ],
    ids=range(5),
)
def test_a_form_that_cannot_be_used_comes_back_with_what_was_typed(reader, form, sentence):
    answer = send(reader, **form)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert form.get("text", "") in answer.content.decode()
    assert not Intake.objects.exists()


def test_an_archive_says_what_goes_where(bob, reader):
    paper, autumn = PaperFactory(), Collection.objects.begin(bob, bob, "Autumn", visibility="public")
    rows = [{"arxiv_id": paper.arxiv_id, "collection_address": "a", "note": "Why"}]
    data = made(
        upvotes=[{"arxiv_id": paper.arxiv_id}],
        collections=[{"name": "<i>Winter</i>", "visibility": "public", "address": "a"}],
        collected_papers=rows,
        followed_topics=[{"what": "agents"}],
        followed_collections=[{"what": autumn.key}, {"what": "secret"}],
    )
    page = upload(reader, data).url
    text = text_of(reader.get(page))
    assert "Collection “&lt;i&gt;Winter&lt;/i&gt;” 1 to add 1 with a note A new collection. Public" in text
    assert "Upvotes 1 to add They are cast with today’s date" in text
    assert f"Collections {autumn.key}; not on this site: secret" in text
    assert "Topics agents" in text
    assert not Vote.objects.exists()
    reader.act(f"{page}/write", {"kinds": ["collections", "follows", "upvotes"]})
    text = text_of(reader.get(page))
    assert "Upvotes: 1 added" in text
    assert (Vote.objects.count(), follow_models.count(Intake.objects.get().user)) == (1, 2)


def test_upvotes_have_the_limit_of_the_button_and_can_be_continued(alice, reader, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    papers = [PaperFactory() for _ in range(130)]
    page = upload(reader, made(upvotes=[{"arxiv_id": paper.arxiv_id} for paper in papers])).url
    reader.act(f"{page}/write", {"kinds": "upvotes"})
    cast = Vote.objects.count()
    assert 120 <= cast < 130
    assert reader.act(f"/papers/{papers[-1].arxiv_id}/vote").status_code == 429
    reader.act(f"{page}/write")
    assert Vote.objects.count() == cast
    text = text_of(reader.get(page))
    assert f"Upvotes: {cast} added" in text
    assert f"{130 - cast} upvotes left" in text
    time_machine.shift(timedelta(minutes=1))
    reader.act(f"{page}/write")
    assert Vote.objects.filter(user=alice).count() == 130
    text = text_of(reader.get(page))
    assert ("Upvotes: 130 added" in text, "upvotes left" in text) == (True, False)


def test_a_large_file_is_read_and_written_by_the_worker(reader, work, monkeypatch):
    monkeypatch.setattr(writing, "SHORT_BYTES", 10)
    monkeypatch.setattr(writing, "SHORT_PAPERS", 0)
    paper = PaperFactory()
    page = send(reader, f"https://arxiv.org/abs/{paper.arxiv_id}").url
    assert "Reading your file" in reader.get(page).content.decode()
    polled = reader.get(page, headers={"hx-request": "true"})
    assert (polled.status_code, polled.content) == (204, b"")
    work()
    assert reader.get(page, headers={"hx-request": "true"}).headers["HX-Refresh"] == "true"
    assert "1 to add" in text_of(reader.get(page))
    assert bytes(Intake.objects.get().source or b"") == b""
    for _ in range(2):
        reader.act(f"{page}/write")
    assert ProcrastinateJob.objects.count() == 1
    assert "Importing" in reader.get(page).content.decode()
    assert send(reader, "2509.10001").status_code == 409
    work()
    assert "1 added" in text_of(reader.get(page))
    assert Bookmark.objects.count() == 1


def test_a_large_file_that_cannot_be_read_says_why(reader, work, monkeypatch):
    monkeypatch.setattr(writing, "SHORT_BYTES", 1)
    page = send(reader, "[{").url
    work()
    assert "Not imported This looks like JSON, but it is broken" in text_of(reader.get(page))
    reader.act(f"{page}/write")
    assert "This looks like JSON" in text_of(reader.get(page))


def test_an_error_of_ours_is_logged_and_said(alice, reader):
    intake = Intake.objects.create(user=alice, state="writing", data={"format": "from an older version"})
    with pytest.raises(KeyError):
        tasks.write_intake(intake.pk)
    assert "Not imported Something went wrong on our side." in text_of(reader.get(intake.get_absolute_url()))


def test_a_worker_that_died_is_waited_for_an_hour(reader, monkeypatch, time_machine):
    monkeypatch.setattr(writing, "SHORT_BYTES", 1)
    page = send(reader, "2509.10001").url
    time_machine.move_to(timezone.now() + timedelta(minutes=61))
    assert "Not imported This was interrupted." in text_of(reader.get(page))
    assert send(reader, "2509.10001").status_code == 302


def test_an_import_is_its_persons_alone(bob, reader, signed_in, stranger):
    page = send(reader, PaperFactory().arxiv_id).url
    other = signed_in(bob)
    unknown = other.get(f"{PAGE}/nothing")
    assert [other.get(page).status_code, other.get(page).content] == [404, unknown.content]
    assert other.act(f"{page}/write").status_code == 404
    other.act(f"{page}/discard")
    assert Intake.objects.exists()
    assert stranger.get(page).url == f"/accounts/login/?next={page}"
    assert "no-store" in reader.get(page).headers["Cache-Control"]


def test_it_is_forgotten_when_discarded_after_a_day_and_with_the_account(alice, reader, time_machine):
    page = send(reader, "2509.10001").url
    for _ in range(2):
        assert reader.act(f"{page}/discard").url == PAGE
    assert reader.get(page).status_code == 404
    send(reader, "2509.10001")
    tasks.clear_intakes(0)
    assert Intake.objects.exists()
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    tasks.clear_intakes(0)
    assert not Intake.objects.exists()
    Intake.objects.begin(alice, b"2509.10001")
    alice.leave()
    assert not Intake.objects.exists()


def test_a_second_import_takes_the_place_of_the_first(reader):
    first = send(reader, "2509.10001").url
    second = send(reader, "2509.10002").url
    assert (reader.get(first).status_code, reader.get(second).status_code) == (404, 200)


def test_somebody_who_is_suspended_imports_nothing(alice, reader):
    page = send(reader, PaperFactory().arxiv_id).url
    alice.suspend(appoint(UserFactory()), "Spam")
    assert reader.act(f"{page}/write").url.startswith("/accounts/login/")
    assert send(reader, "2509.10001").url.startswith("/accounts/login/")
    assert not Bookmark.objects.exists()


def test_attempts_are_limited_also_those_that_fail(reader):
    answers = {send(reader, "[{").status_code for _ in range(20)}
    assert (answers, send(reader, "2509.10001").status_code) == ({400}, 429)


def test_statements_do_not_grow_with_papers_and_collections(alice, reader):
    def statements(number: int) -> int:
        papers = [PaperFactory() for _ in range(number)]
        data = made(
            bookmarks=[{"arxiv_id": paper.arxiv_id} for paper in papers],
            collections=[{"name": f"Of {paper}", "address": paper.arxiv_id} for paper in papers],
            collected_papers=[{"arxiv_id": p.arxiv_id, "collection_address": p.arxiv_id} for p in papers],
            followed_organisations=[{"what": paper.arxiv_id} for paper in papers],
        )
        page = upload(reader, data).url
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert f"Bookmarks {number} to add" in text_of(reader.get(page))
        return len(captured)

    statements(1)
    assert statements(2) == statements(12)


def test_the_page_is_linked_from_the_export_and_from_empty_bookmarks(reader):
    for page in ("/settings/data", "/bookmarks"):
        assert f'href="{PAGE}"' in reader.get(page).content.decode().split("<main")[1]
