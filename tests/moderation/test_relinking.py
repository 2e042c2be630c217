"""Moderators correct links of a paper: only what they changed in the form, and nothing that others changed since."""

import pytest

from lib.conflicts import digests
from lib.refusals import Conflict
from moderation.models import Action
from papers.models import Correction, Paper
from papers.models.correction import FIELDS
from tests.factories import AuthorClaimFactory
from tests.moderation.conftest import bases, take

MINE, OTHER, CODE = "https://mine.example/", "https://other.example/", "https://github.com/lab/code"


def links() -> tuple:
    return Paper.objects.values_list("code_url", "code_source", "project_url", "project_source").get()


@pytest.fixture
def paper(rows):
    Paper.objects.update(project_url=MINE, project_source="submitter")
    rows.paper.refresh_from_db()
    return rows.paper


def correct(paper, project_url: str) -> None:
    """One of the authors has another project page."""
    claim = AuthorClaimFactory(paper=paper, name="Alan Turing")
    values = {"code_url": "", "project_url": project_url, "keywords": []}
    Correction.objects.make(claim.user, paper, values, digests({name: getattr(paper, name) for name in FIELDS}))


def test_the_other_link_stays_with_whom_it_came_from(paper, mo):
    action = take(mo, "relink", paper, code_url=CODE, project_url=MINE)
    assert links() == (CODE, "moderator", MINE, "submitter")
    action.undo(mo, "Wrong.")
    assert links() == ("", "import", MINE, "submitter")


def test_what_an_author_corrected_since_the_form_was_drawn_stays(paper, mo):
    base = bases(paper)
    correct(paper, OTHER)
    take(mo, "relink", paper, code_url=CODE, project_url=MINE, base=base)
    assert links() == (CODE, "moderator", OTHER, "author")


def test_two_corrections_of_one_link_are_a_conflict(paper, mo):
    base = bases(paper)
    correct(paper, OTHER)
    with pytest.raises(Conflict, match="changed this link meanwhile"):
        take(mo, "relink", paper, project_url="https://third.example/", base=base)
    assert links()[2:] == (OTHER, "author")


def test_the_same_links_are_no_decision(paper, mo):
    with pytest.raises(Conflict, match="nothing to do"):
        take(mo, "relink", paper, code_url="", project_url=MINE)
    assert not Action.objects.exists()


def test_the_form_carries_what_it_began_with(paper, mo, signed_in):
    reader, path = signed_in(mo), f"/moderation/paper/{paper.pk}"
    page = reader.get(path).content.decode()
    base = page.split('name="base" value="')[1].split('"')[0].replace("&quot;", '"')
    correct(paper, OTHER)
    data = {"code_url": CODE, "project_url": MINE, "reason": "The code.", "seen": "0-0-0", "base": base}
    assert reader.act(f"{path}/relink", data).status_code == 302
    assert links() == (CODE, "moderator", OTHER, "author")
