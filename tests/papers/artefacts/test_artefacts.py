"""Models, datasets and demos of a paper: who adds and removes them, and whose word counts."""

import pytest

from lib.refusals import BadInput, Gone, NotAllowed
from papers import audit
from papers.models import Artefact, AuthorClaim, Correction, Paper, undoing
from papers.models.artefact import MAX_ADDED
from tests.database import contents
from tests.factories import AuthorClaimFactory, UserFactory, appoint

HUB = "https://huggingface.co/lab/engine"


@pytest.fixture
def people(paper, alice, bob, carol):
    """By what they are to the paper: Alice is an author, Bob has submitted it, and Carol would like to be an author."""
    AuthorClaimFactory(user=alice, paper=paper)
    AuthorClaimFactory(user=carol, paper=paper, name="Grace Hopper", state="open")
    Paper.objects.update(submitted_by=bob)
    paper.refresh_from_db()
    return {"author": alice, "submitter": bob, "reader": carol, "moderator": appoint(UserFactory())}


def imported(paper, name="lab/engine", **values) -> Artefact:
    row = Artefact.objects.create(paper=paper, kind="model", name=name, url=f"https://huggingface.co/{name}", **values)
    Paper.objects.touch([paper.pk], model_count=paper.artefacts.kept().count())
    return row


@pytest.mark.parametrize("who", ["author", "submitter", "moderator"])
def test_some_add_and_remove_and_twice_is_once(paper, people, who):
    revision, person = paper.revision, people[who]
    added = Artefact.objects.add(person, paper, "demo", "https://example.org/live/")
    assert (added.kind, added.name, added.source, added.added_by) == ("demo", "example.org/live", who, person)
    paper.refresh_from_db()
    assert (paper.demo_count, paper.revision) == (1, revision + 1)
    before = contents()
    assert Artefact.objects.add(person, paper, "demo", "https://example.org/live/") == added
    assert contents() == before
    added.remove(person)
    paper.refresh_from_db()
    assert (paper.demo_count, paper.revision) == (0, revision + 2)
    before = contents()
    added.remove(person)
    assert contents() == before
    assert audit.mismatches() == []


def test_everybody_else_changes_nothing(paper, people):
    row, other = imported(paper), UserFactory()
    before = contents()
    for person in (people["reader"], other):
        with pytest.raises(NotAllowed, match="Only moderators, the submitter"):
            Artefact.objects.add(person, paper, "model", HUB)
        with pytest.raises(NotAllowed, match="Only moderators, the submitter"):
            row.remove(person)
    assert contents() == before


@pytest.mark.parametrize(
    ("kind", "address", "expected"),
    [
        ("demo", "https://huggingface.co/lab/engine/tree/main", ("model", "lab/engine", HUB)),
        ("model", "https://hf.co/spaces/lab/x", ("demo", "lab/x", "https://huggingface.co/spaces/lab/x")),
        ("dataset", "https://www.example.org:8443/a/b?c=d", ("dataset", "example.org/a/b", None)),
        ("demo", "https://bücher.example/x", ("demo", "xn--bcher-kva.example/x", None)),
    ],
)
def test_an_address_gives_the_name(paper, people, kind, address, expected):
    row = Artefact.objects.add(people["author"], paper, kind, address)
    assert (row.kind, row.name, row.url) == (*expected[:2], expected[2] or address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://example.org/x",
        "javascript:alert(1)",
        "https://huggingface.co@example.org/lab/engine",
        f"https://example.org/{'x' * 500}",
        "https://[::1",
        "example.org",
    ],
)
def test_what_is_no_https_address_is_refused(paper, people, address):
    with pytest.raises(BadInput):
        Artefact.objects.add(people["author"], paper, "model", address)
    assert not Artefact.objects.exists()


def test_what_is_neither_model_nor_dataset_nor_demo_is_refused(paper, people):
    with pytest.raises(BadInput, match="Choose"):
        Artefact.objects.add(people["author"], paper, "film", "https://example.org/x")
    assert not Artefact.objects.exists()


def test_nobody_undoes_what_somebody_of_higher_authority_did(paper, people):
    row = Artefact.objects.add(people["author"], paper, "model", HUB)
    with pytest.raises(NotAllowed, match="An author added this model"):
        row.remove(people["submitter"])
    row.remove(people["author"])
    with pytest.raises(NotAllowed, match="An author removed this model"):
        Artefact.objects.add(people["submitter"], paper, "model", HUB)
    row = Artefact.objects.add(people["moderator"], paper, "model", HUB)
    with pytest.raises(NotAllowed, match="A moderator added this model"):
        row.remove(people["author"])
    row.remove(people["moderator"])
    with pytest.raises(NotAllowed, match="A moderator removed this model"):
        Artefact.objects.add(people["author"], paper, "model", HUB)


def test_who_adds_what_is_there_stands_for_it_if_that_is_of_higher_authority(paper, people):
    row = imported(paper, likes=4)
    for who in ("submitter", "author", "submitter"):
        Artefact.objects.add(people[who], paper, "model", HUB)
    row.refresh_from_db()
    assert (row.source, row.added_by, row.likes) == ("author", people["author"], 4)


def test_people_add_only_so_many(paper, people):
    imported(paper)
    for n in range(MAX_ADDED):
        Artefact.objects.add(people["author"], paper, "demo", f"https://example.org/{n}")
    with pytest.raises(BadInput, match=f"{MAX_ADDED} models"):
        Artefact.objects.add(people["submitter"], paper, "demo", "https://example.org/more")
    Artefact.objects.latest("pk").remove(people["author"])
    assert Artefact.objects.add(people["submitter"], paper, "demo", "https://example.org/more").pk


def test_what_was_deleted_is_gone(paper, people):
    row = imported(paper)
    Artefact.objects.all().delete()
    with pytest.raises(Gone):
        row.remove(people["author"])
    Paper.objects.all().delete()
    with pytest.raises(Gone):
        Artefact.objects.add(people["author"], paper, "model", HUB)


def test_the_log_names_authors_and_moderators_but_no_submitter(paper, people):
    for who in ("submitter", "author", "moderator"):
        Artefact.objects.add(people[who], paper, "demo", f"https://example.org/{who}")
    Artefact.objects.get(name="example.org/author").remove(people["author"])
    assert [(row.actor, row.changes) for row in Correction.objects.order_by("pk")] == [
        (people["author"], {"demo": ["", "https://example.org/author"]}),
        (people["moderator"], {"demo": ["", "https://example.org/moderator"]}),
        (people["author"], {"demo": ["https://example.org/author", ""]}),
    ]


def test_what_a_false_author_did_is_undone_and_done_again(paper, people):
    mo, claim = people["moderator"], AuthorClaim.objects.granted().get()
    engine, gear = imported(paper), imported(paper, "lab/gear")
    new = Artefact.objects.add(claim.user, paper, "demo", "https://example.org/x")
    Artefact.objects.add(claim.user, paper, "model", HUB)
    gear.remove(claim.user)
    changed = Artefact.objects.add(claim.user, paper, "demo", "https://example.org/y")
    changed.remove(mo)
    undone = claim.withdraw(mo, "Not her.")
    rows = Artefact.objects.in_bulk()
    assert (rows[engine.pk].source, rows[engine.pk].added_by, rows[gear.pk].removed_at) == ("import", None, None)
    assert (bool(rows[new.pk].removed_at), rows[new.pk].source) == (True, "moderator")
    assert audit.mismatches() == []
    undoing.redo(mo, paper, undone)
    rows = Artefact.objects.in_bulk()
    assert (rows[engine.pk].source, rows[engine.pk].added_by) == ("author", claim.user)
    assert (rows[gear.pk].source, bool(rows[gear.pk].removed_at), rows[new.pk].removed_at) == ("author", True, None)
    assert (rows[changed.pk].source, bool(rows[changed.pk].removed_at)) == ("moderator", True)
    assert audit.mismatches() == []
