"""Archives of this site: what one has comes back into an empty account, and a doctored archive does no harm."""

import re
import tracemalloc
from datetime import UTC, datetime, timedelta
from zipfile import ZIP_BZIP2

import pytest
from django.utils import timezone

from lib.refusals import BadInput
from papers.intake import archive, formats, writing
from papers.models import Bookmark, Collection, Intake, Item, Vote
from papers.models import follow as follow_models
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, appoint
from tests.papers.intake.archives import made, packed, written_for

SAVED_AT = datetime(2025, 9, 12, 8, 30, tzinfo=UTC)


def bring_in(person, data: bytes, **target) -> Intake:
    """Import everything, without a limit on upvotes."""
    intake = Intake.objects.begin(person, data, **target)
    writing.read(intake)
    intake.refresh_from_db()
    intake.start()
    writing.write(intake)
    writing.cast_votes(intake, "10.0.0.0/24", lambda: None)
    return Intake.objects.get(pk=intake.pk)


def belongings(person) -> dict:
    """Everything of a person that an archive brings back, without keys and ids."""
    collections = {}
    for collection in Collection.objects.filter(user=person):
        items = Item.objects.kept().filter(collection=collection).order_by("-position")
        rows = list(items.values_list("paper__arxiv_id", "note"))
        collections[collection.name] = (collection.description, collection.visibility, collection.paper_count, rows)
    return {
        "votes": set(Vote.objects.filter(user=person).values_list("paper__arxiv_id", "state")),
        "bookmarks": set(Bookmark.objects.filter(user=person).values_list("paper__arxiv_id", "version", "created_at")),
        "collections": collections,
        "follows": {
            kind: {str(row) for row in model.objects.filter(user=person)}
            for kind, model in follow_models.kinds().items()
        },
    }


@pytest.fixture
def full(alice, bob, lab):
    """Alice has something of everything that an archive brings back."""
    papers = [PaperFactory(version=3) for _ in range(5)]
    for paper in papers[:3]:
        Vote.objects.make(alice, paper)
    Bookmark.objects.make(alice, papers[0])
    Bookmark.objects.update(version=2)
    Bookmark.objects.make(alice, papers[4])
    Bookmark.objects.update(created_at=SAVED_AT)
    autumn = Collection.objects.begin(alice, alice, "Autumn", description="What *fell*.", visibility="public")
    Item.objects.add(alice, autumn, [papers[3].pk, papers[1].pk, papers[2].pk])
    Item.objects.move(alice, autumn, papers[2].pk, "top")
    Item.objects.write_note(alice, autumn, papers[1].pk, "Read $x^2$\nagain", "")
    Collection.objects.begin(alice, alice, "Empty", visibility="unlisted")
    winter = Collection.objects.begin(bob, bob, "Winter", visibility="public")
    names = {
        "organisations": "lab",
        "people": "bob",
        "collections": winter.key,
        "discussions": papers[0].arxiv_id,
        "topics": "agents",
        "authors": "Ada Lovelace",
    }
    for kind, name in names.items():
        model = follow_models.kinds()[kind]
        model.objects.make(alice, model.find(name))
    return alice


def test_everything_comes_back_into_an_empty_account(full, carol, tmp_path):
    intake = bring_in(carol, written_for(full, tmp_path))
    assert belongings(carol) == belongings(full)
    assert {problem["reason"] for problem in intake.data["problems"]} == set()
    assert all(not result.get("absent") and not result.get("problem") for result in intake.results)
    counted = {paper.vote_count for paper in (vote.paper for vote in Vote.objects.select_related("paper"))}
    assert counted == {2}


def test_twice_the_same_is_once_the_same(full, carol, tmp_path):
    data = written_for(full, tmp_path)
    bring_in(carol, data)
    before = belongings(carol)
    again = bring_in(carol, data)
    assert belongings(carol) == before
    assert {result["added"] for result in again.results} == {0}


def test_on_a_site_that_has_nothing_of_it_that_is_said(carol):
    rows = [{"arxiv_id": "1706.03762"}]
    names = {"followed_organisations": [{"what": "far-away"}], "followed_people": [{"what": "nobody"}]}
    intake = bring_in(carol, made(bookmarks=rows, upvotes=rows, **names))
    assert {(result["kind"], result["added"], result["absent"]) for result in intake.results} == {
        ("bookmarks", 0, 1),
        ("follows", 0, 1),
        ("votes", 0, 1),
    }
    assert not Bookmark.objects.exists()


def test_what_one_has_already_stays_as_it_is(full, carol, tmp_path):
    mine = Collection.objects.begin(carol, carol, "autumn", description="Mine")
    paper = Item.objects.get(note__startswith="Read").paper
    Item.objects.add(carol, mine, [paper.pk])
    Item.objects.write_note(carol, mine, paper.pk, "My own words", "")
    saved = Bookmark.objects.get(version=2).paper
    Bookmark.objects.make(carol, saved)
    bring_in(carol, written_for(full, tmp_path))
    mine.refresh_from_db()
    assert (mine.name, mine.description, mine.visibility, mine.paper_count) == ("autumn", "Mine", "private", 3)
    assert Item.objects.get(collection=mine, paper=paper).note == "My own words"
    assert Bookmark.objects.get(user=carol, paper=saved).created_at > SAVED_AT


def test_moments_and_versions_that_cannot_be_are_not_taken(carol):
    paper = PaperFactory(version=2)
    for moment in ("2999-01-01T00:00:00Z", "2025-09-12T08:30:00", "never", 7, "2025-13-45T99:00:00Z"):
        bring_in(carol, made(bookmarks=[{"arxiv_id": paper.arxiv_id, "created_at": moment, "version": 99}]))
        saved = Bookmark.objects.get(user=carol)
        assert (saved.version, timezone.now() - saved.created_at < timedelta(minutes=1)) == (2, True)
        saved.delete()


def test_upvotes_that_moderators_held_or_refused_are_left_out(carol):
    papers = [PaperFactory() for _ in range(3)]
    states = ["counted", "review", "refused"]
    rows = [{"arxiv_id": p.arxiv_id, "title": p.title, "state": s} for p, s in zip(papers, states, strict=True)]
    intake = bring_in(carol, made(upvotes=rows))
    assert [vote.paper for vote in Vote.objects.all()] == papers[:1]
    assert [problem["text"] for problem in intake.data["problems"]] == [papers[1].title, papers[2].title]


def test_upvotes_of_a_new_account_wait_as_from_the_button(db):
    young = UserFactory(date_joined=timezone.now())
    paper = PaperFactory()
    bring_in(young, made(upvotes=[{"arxiv_id": paper.arxiv_id}]))
    paper.refresh_from_db()
    assert (Vote.objects.get().state, paper.vote_count) == ("young", 0)


def test_a_collection_whose_visibility_makes_no_sense_is_private(carol):
    rows = [{"name": "Out", "visibility": "unlisted", "address": "a"}, {"name": "Odd", "visibility": "?"}]
    bring_in(carol, made(collections=rows))
    assert dict(Collection.objects.values_list("name", "visibility")) == {"Out": "unlisted", "Odd": "private"}


def test_past_the_most_that_one_may_have_the_rest_is_imported(carol, monkeypatch):
    monkeypatch.setattr("papers.models.collection.MOST", 1)
    monkeypatch.setattr(follow_models, "MAX_FOLLOWS", 2)
    paper = PaperFactory()
    intake = bring_in(
        carol,
        made(
            bookmarks=[{"arxiv_id": paper.arxiv_id}],
            collections=[{"name": "One", "address": "a"}, {"name": "Two", "address": "b"}],
            followed_topics=[{"what": topic} for topic in ("agents", "robots", "vision")],
        ),
    )
    assert [collection.name for collection in Collection.objects.all()] == ["One"]
    assert follow_models.count(carol) == 2
    problems = {result["name"]: result["problem"] for result in intake.results}
    assert "which is the maximum" in problems["Two"]
    assert "which is the maximum" in problems["Topics"]
    assert Bookmark.objects.filter(user=carol).count() == 1


def test_a_collection_that_would_be_too_large_takes_nothing_of_it(carol, monkeypatch):
    monkeypatch.setattr("papers.models.item.MOST", 1)
    papers = [PaperFactory() for _ in range(2)]
    full = Collection.objects.begin(carol, carol, "Full")
    lines = "\n".join(paper.arxiv_id for paper in papers).encode()
    [result] = bring_in(carol, lines, target_key=full.key).results
    assert "more than 1 papers" in result["problem"]
    [result] = bring_in(carol, lines, target_name="New").results
    assert "more than 1 papers" in result["problem"]
    assert (Item.objects.count(), [collection.name for collection in Collection.objects.all()]) == (0, ["Full"])


def test_what_others_hide_is_not_followed(bob, carol):
    hidden = Collection.objects.begin(bob, bob, "Hidden")
    gone = UserFactory(username="gone")
    gone.suspend(appoint(UserFactory()), "Spam")
    OrganisationFactory(slug="club")
    rows = {
        "followed_collections": [{"what": hidden.key}],
        "followed_people": [{"what": "gone"}, {"what": "carol"}, {"what": "bob"}],
        "followed_organisations": [{"what": "club"}, {"what": 7}, {"who": "club"}],
    }
    bring_in(carol, made(**rows))
    assert belongings(carol)["follows"] == {
        "organisations": {str(OrganisationFactory._meta.model.objects.get(slug="club"))},
        "people": {"Bob Birch"},
        "collections": set(),
        "discussions": set(),
        "topics": set(),
        "authors": set(),
    }


BLANKS = b" " * (archive.MAX_BYTES // 2)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04 and no more", "damaged or not complete"),
        (made(bookmarks=[])[:-30], "damaged or not complete"),
        (packed({"papers.bib": "@misc{a}"}), "no export from Broadsheet"),
        (packed({"../bookmarks.json": [], "/etc/upvotes.json": []}), "no export from Broadsheet"),
        (packed({"inner.zip": made(bookmarks=[])}), "no export from Broadsheet"),
        (packed({f"{number}.json": [] for number in range(201)} | {"bookmarks.json": []}), "no export"),
        (made(bookmarks=b"[" + BLANKS + b"]", upvotes=b"[" + BLANKS + b"]"), "larger than 20 MB when unpacked"),
        (packed({"bookmarks.json": "[]"}, ZIP_BZIP2), "damaged"),
        (made(bookmarks="[" * 100_000), "bookmarks.json in this archive is no list of rows, or is broken"),
        (made(bookmarks={"a": 1}), "is no list of rows"),
        (made(bookmarks=[1, 2]), "is no list of rows"),
        (made(bookmarks='[{"arxiv_id": "2509.10001"} {}]'), "is broken"),
        (made(bookmarks='[{"arxiv_id": "2509.10001"}'), "is broken"),
        (made(bookmarks="[{}], []"), "is broken"),
        (made(upvotes=[{}] * 50_001), "more than 50,000 rows"),
    ],
    ids=range(15),
)
def test_what_is_no_archive_of_ours_is_refused_in_a_sentence(data, sentence):
    assert len(data) < formats.MAX_BYTES
    with pytest.raises(BadInput, match=sentence):
        formats.read(data)


@pytest.mark.parametrize("content", ["[" + "{}," * 3_300_000 + "{}]", '[{"a": [' + "[]," * 3_300_000 + "[]]}]"])
def test_few_bytes_with_many_rows_take_little_memory(content):
    data = made(bookmarks=content)
    assert len(data) < 20_000
    tracemalloc.start()
    with pytest.raises(BadInput):
        formats.read(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 50_000_000  # all rows at once take more than 200 MB


def test_rows_of_any_spacing_are_read():
    for text in (' [ {"arxiv_id":"2509.10001"}\n,\t{"arxiv_id":"2509.10002"} ] ', "[]", " [ ] "):
        found = formats.read(made(bookmarks=text, upvotes=[{"arxiv_id": "2509.10003"}]))
        assert [entry.id for entry in found.papers.entries] == re.findall(r"2509\.\d+", text)


def test_rows_that_make_no_sense_are_problems_and_the_rest_is_imported(carol):
    paper = PaperFactory()
    odd = [{}, {"arxiv_id": None}, {"arxiv_id": ["2509.10001"]}, {"arxiv_id": "../../etc/passwd", "title": {"a": 1}}]
    data = made(
        bookmarks=[*odd, {"arxiv_id": paper.arxiv_id}],
        collections=[{"name": None}, {"name": "n" * 200}, {"name": 7, "address": []}],
        collected_papers=[{"arxiv_id": paper.arxiv_id, "title": "Lost", "collection_address": "nowhere"}],
    )
    intake = bring_in(carol, data)
    assert (Bookmark.objects.count(), Collection.objects.count()) == (1, 0)
    assert len(intake.data["problems"]) == 8
