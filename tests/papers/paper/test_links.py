"""Links to code and project pages: who changes them, what a change resets, and what imports leave as it is."""

import csv

import pytest

from lib.refusals import BadInput, Gone, NotAllowed
from papers.ingest.record import PaperRecord
from papers.ingest.save import save
from papers.models import CodeState, LinkSource, Paper
from tests.factories import NOON, PaperFactory, appoint
from tests.race import race

OLD, NEW, OTHER = "https://github.com/lab/old", "https://github.com/lab/new", "https://github.com/lab/other"
MODERATOR, AUTHOR, SUBMITTER, IMPORT = (LinkSource(name) for name in ("moderator", "author", "submitter", "import"))


@pytest.fixture
def linked(alice):
    """A paper that Alice submitted, with an imported link to a repository that was found archived."""
    return PaperFactory(
        arxiv_id="2509.08721",
        submitted_by=alice,
        code_url=OLD,
        code_stars=9,
        code_state=CodeState.ARCHIVED,
        code_licence="MIT",
        code_checked_at=NOON,
        project_url="https://lab.example/",
    )


def links(paper: Paper) -> tuple:
    paper.refresh_from_db()
    return paper.code_url, paper.code_source, paper.project_url, paper.project_source


def imported(**fields) -> None:
    record = {"arxiv_id": "2509.08721", "title": "Sharing", "published_at": NOON, "listed_at": NOON}
    save([PaperRecord.from_source(**record | fields)])


def test_a_new_code_link_forgets_what_was_found_at_the_old_one(linked, alice):
    assert Paper.objects.relink(alice, linked, code_url=f" {NEW} ", source=SUBMITTER)
    assert links(linked) == (NEW, "submitter", "https://lab.example/", "import")
    found = linked.code_stars, linked.code_state, linked.code_licence, linked.code_checked_at
    assert (found, linked.revision) == ((None, "unknown", "", None), 1)


def test_the_same_link_again_changes_nothing(linked, alice):
    Paper.objects.relink(alice, linked, code_url=NEW, source=SUBMITTER)
    assert not Paper.objects.relink(alice, linked, code_url=NEW, project_url=None, source=SUBMITTER)
    assert linked.revision == 1


def test_who_gives_the_stored_address_stands_for_it_and_it_keeps_what_was_found(linked, alice):
    assert Paper.objects.relink(alice, linked, code_url=OLD, project_url="", source=SUBMITTER)
    assert links(linked) == (OLD, "submitter", "", "submitter")
    assert (linked.code_stars, linked.code_state, linked.code_licence) == (9, "archived", "MIT")
    assert not Paper.objects.relink(alice, linked, project_url="", source=AUTHOR)


def test_a_link_is_not_changed_from_below(linked, alice, carol):
    Paper.objects.relink(carol, linked, code_url=NEW, source=AUTHOR)
    with pytest.raises(NotAllowed, match="An author set the code link"):
        Paper.objects.relink(alice, linked, code_url=OTHER, source=SUBMITTER)
    Paper.objects.relink(appoint(alice), linked, code_url=OTHER, source=MODERATOR)
    with pytest.raises(NotAllowed, match="A moderator set the code link"):
        Paper.objects.relink(carol, linked, code_url=NEW, source=AUTHOR)
    assert links(linked)[:2] == (OTHER, "moderator")


def test_a_moderator_undoes_a_change_with_the_source_that_it_had(linked, alice):
    appoint(alice)
    Paper.objects.relink(alice, linked, code_url="", project_url=NEW, source=MODERATOR)
    assert links(linked) == ("", "moderator", NEW, "moderator")
    Paper.objects.relink(alice, linked, code_url=OLD, project_url="", source=IMPORT)
    assert links(linked) == (OLD, "import", "", "import")


@pytest.mark.parametrize("source", [MODERATOR, SUBMITTER, IMPORT, LinkSource.AUTOMATIC])
def test_nobody_else_changes_links(linked, bob, source):
    with pytest.raises(NotAllowed):
        Paper.objects.relink(bob, linked, code_url=NEW, source=source)
    assert links(linked) == (OLD, "import", "https://lab.example/", "import")


@pytest.mark.parametrize("url", ["github.com/lab/new", "javascript:alert(1)", "ftp://lab.example/", "http://", "x" * 9])
def test_what_is_no_address_is_refused(linked, alice, url):
    with pytest.raises(BadInput, match="begins with https"):
        Paper.objects.relink(alice, linked, project_url=url, source=SUBMITTER)


def test_an_address_has_its_length_and_a_paper_that_is_gone_has_no_links(linked, alice):
    with pytest.raises(BadInput, match="at most 500"):
        Paper.objects.relink(alice, linked, code_url=f"https://lab.example/{'x' * 500}", source=SUBMITTER)
    Paper.objects.filter(pk=linked.pk).delete()
    with pytest.raises(Gone):
        Paper.objects.relink(alice, linked, code_url=NEW, source=SUBMITTER)


def test_of_two_at_once_the_higher_one_stays(transactional_db, linked, alice, carol):
    moderator = appoint(carol)

    def relink(actor, url, source):
        return Paper.objects.relink(actor, Paper.objects.get(pk=linked.pk), code_url=url, source=source)

    race(lambda: relink(alice, NEW, SUBMITTER), lambda: relink(moderator, OTHER, MODERATOR))
    assert links(linked)[:2] == (OTHER, "moderator")


def test_an_import_leaves_what_a_person_set_or_removed(linked, alice):
    Paper.objects.relink(alice, linked, code_url=NEW, project_url="", source=SUBMITTER)
    imported(code_url=OLD, code_stars=10, project_url="https://lab.example/")
    assert links(linked) == (NEW, "submitter", "", "submitter")
    assert linked.code_stars is None
    imported(code_url=NEW, code_stars=11)
    assert (links(linked)[0], linked.code_stars) == (NEW, 11)


def test_an_import_replaces_an_imported_link_and_forgets_what_was_found_there(linked):
    imported(code_url=OLD, code_stars=10)
    linked.refresh_from_db()
    assert (linked.code_stars, linked.code_state, linked.code_licence) == (10, "archived", "MIT")
    imported(code_url=NEW)
    assert links(linked)[:2] == (NEW, "import")
    assert (linked.code_stars, linked.code_state, linked.code_checked_at) == (None, "unknown", None)


def test_the_papers_page_says_where_links_come_from_and_how_the_code_was_found(linked, alice, stranger):
    page = " ".join(stranger.get("/papers/2509.08721").content.decode().split())
    assert f'href="{OLD}" rel="noopener">Code (archived)' in page
    assert "<span> Code: imported with the paper, licence MIT </span>" in page
    assert "<span>Project: imported with the paper</span>" in page
    Paper.objects.relink(alice, linked, code_url=NEW, project_url="", source=SUBMITTER)
    page = " ".join(stranger.get("/papers/2509.08721").content.decode().split())
    assert f'href="{NEW}" rel="noopener">Code</a>' in page
    assert "<span> Code: added by the submitter </span>" in page
    assert "Project:" not in page


def test_feeds_and_files_say_how_the_code_was_found(linked, stranger):
    assert f'<a href="{OLD}">Code (archived)</a>' in stranger.get("/papers.json").json()["items"][0]["content_html"]
    [row] = csv.DictReader(stranger.get("/papers?export=csv").content.decode().splitlines())
    assert (row["code"], row["code_state"], row["code_licence"]) == (OLD, "archived", "MIT")
