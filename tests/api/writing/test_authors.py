"""Links, organisations and claims by the API: by authors and submitters alone, as pages have it."""

import pytest
from django.utils import timezone

from api.rows.values import object_id
from papers.models import Affiliation, AuthorClaim, Correction, LinkSource, Paper
from tests.api.bearer import Program, token_of
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory, UserFactory, appoint

LINKS, CLAIM = "/api/papers/2509.08721/links", "/api/settings/papers/claim"
CODE, PAGE = "https://github.com/lab/code", "https://lab.example.org/page"


def links(paper) -> tuple:
    paper.refresh_from_db()
    return paper.code_url, paper.code_source, paper.project_url, paper.project_source


def test_an_author_corrects_the_links_and_keeps_what_is_not_sent(alice):
    paper = PaperFactory(arxiv_id="2509.08721", project_url=PAGE, keywords=["graphs"])
    AuthorClaimFactory(user=alice, paper=paper)
    answer = Program(token_of(alice)).call(LINKS, {"githubRepo": CODE})
    assert answer.json() == {"id": "2509.08721", "projectPage": PAGE, "githubRepo": CODE}
    assert links(paper)[:3] == (CODE, LinkSource.AUTHOR, PAGE)
    assert (paper.keywords, paper.keywords_corrected) == (["graphs"], False)
    assert Correction.objects.get().changes == {"code_url": ["", CODE]}


def test_null_removes_a_link(alice):
    paper = PaperFactory(arxiv_id="2509.08721", code_url=CODE, project_url=PAGE)
    AuthorClaimFactory(user=alice, paper=paper)
    Program(token_of(alice)).call(LINKS, {"githubRepo": None})
    assert links(paper)[::2] == ("", PAGE)


def test_who_submitted_it_sets_links_that_no_author_has_set(alice, bob):
    paper = PaperFactory(arxiv_id="2509.08721", submitted_by=alice)
    program = Program(token_of(alice))
    assert program.call(LINKS, {"projectPage": PAGE}).status_code == 200
    AuthorClaimFactory(user=bob, paper=paper)
    Program(token_of(bob)).call(LINKS, {"githubRepo": CODE})
    assert program.call(LINKS, {"githubRepo": "https://github.com/lab/other"}).status_code == 403
    assert links(paper) == (CODE, LinkSource.AUTHOR, PAGE, LinkSource.SUBMITTER)


def test_nobody_else_sets_links_not_even_moderators(alice):
    paper = PaperFactory(arxiv_id="2509.08721")
    AuthorClaimFactory(user=bob_of(paper), paper=paper, state="open")
    for other in (alice, AuthorClaim.objects.get().user, appoint(UserFactory(), is_superuser=True)):
        answer = Program(token_of(other)).call(LINKS, {"projectPage": PAGE})
        assert (answer.status_code, "Only its authors" in answer.json()["error"]) == (403, True)
    assert links(paper)[::2] == ("", "")


def bob_of(paper):
    return UserFactory(username="claimant")


def test_a_moderator_who_submitted_it_is_bound_as_a_member_is(bob):
    moderator = appoint(UserFactory())
    paper = PaperFactory(arxiv_id="2509.08721", submitted_by=moderator)
    AuthorClaimFactory(user=bob, paper=paper)
    Program(token_of(bob)).call(LINKS, {"githubRepo": CODE})
    assert Program(token_of(moderator)).call(LINKS, {"githubRepo": PAGE}).status_code == 403
    assert links(paper)[0] == CODE


def test_a_link_that_is_none_is_refused_with_all_else(alice, lab):
    paper = PaperFactory(arxiv_id="2509.08721", submitted_by=alice)
    body = {"projectPage": PAGE, "githubRepo": "javascript:alert(1)", "organizationId": object_id(lab.pk)}
    assert Program(token_of(alice)).call(LINKS, body).status_code == 400
    assert (links(paper)[::2], Affiliation.objects.exists()) == (("", ""), False)


def test_organisations_of_authors_and_of_submitters(alice, bob, lab):
    paper, club = PaperFactory(arxiv_id="2509.08721", submitted_by=bob), OrganisationFactory()
    program = Program(token_of(bob))
    assert program.call(LINKS, {"organizationId": object_id(lab.pk)}).status_code == 200
    assert Affiliation.objects.get().state == "suggested"
    assert program.call(LINKS, {"organizationId": object_id(club.pk)}).status_code == 403
    assert program.call(LINKS, {"organizationId": None}).status_code == 403
    assert program.call(LINKS, {"organizationId": "f" * 24}).status_code == 404
    AuthorClaimFactory(user=alice, paper=paper)
    author = Program(token_of(alice))
    assert author.call(LINKS, {"organizationId": object_id(lab.pk)}).status_code == 200
    assert Paper.objects.get(pk=paper.pk).organisation_id == lab.pk
    assert author.call(LINKS, {"organizationId": None}).status_code == 403  # the lab has an owner, who accepted it
    assert Affiliation.objects.get().state == "accepted"


def test_an_author_takes_a_paper_from_an_organisation_that_nobody_owns(alice):
    club = OrganisationFactory()
    paper = PaperFactory(arxiv_id="2509.08721", organisation=club)
    AuthorClaimFactory(user=alice, paper=paper)
    assert Program(token_of(alice)).call(LINKS, {"organizationId": None}).status_code == 200
    assert Affiliation.objects.get().state == "refused"
    assert Paper.objects.get(pk=paper.pk).organisation_id is None


def test_a_claim_names_the_author_by_id_or_by_ones_own_name(paper):
    grace, other = UserFactory(name="Grace Hopper"), UserFactory(name="Somebody Else")
    answer = Program(token_of(grace)).call(CLAIM, {"paperId": "2509.08721"})
    page = "http://127.0.0.1:8000/papers/2509.08721/claim"
    assert answer.json() == {"paperId": "2509.08721", "name": "Grace Hopper", "state": "open", "url": page}
    program = Program(token_of(other))
    answer = program.call(CLAIM, {"paperId": "2509.08721"})
    assert (answer.status_code, "Say which of the authors you are" in answer.json()["error"]) == (409, True)
    body = {"paperId": "2509.08721", "claimAuthorId": object_id(paper.pk, 0)}
    assert [program.call(CLAIM, body).json()["name"] for _ in range(2)] == ["Ada Lovelace"] * 2
    assert AuthorClaim.objects.count() == 2


@pytest.mark.parametrize("pk", [(0, 0), (1, 9)])
def test_an_id_of_no_author_of_the_paper_is_refused(alice, paper, pk):
    body = {"paperId": "2509.08721", "claimAuthorId": object_id(pk[0] and paper.pk, pk[1])}
    assert Program(token_of(alice)).call(CLAIM, body).status_code == 404
    assert not AuthorClaim.objects.exists()


def test_nobody_claims_for_somebody_else(alice, bob, paper):
    body = {"paperId": "2509.08721", "claimAuthorId": object_id(paper.pk, 0)}
    program = Program(token_of(alice))
    assert program.call(CLAIM, body | {"targetUserId": object_id(bob.pk)}).status_code == 403
    assert program.call(CLAIM, body | {"targetUserId": object_id(alice.pk)}).status_code == 200
    assert AuthorClaim.objects.get().user == alice


def test_pages_and_the_api_have_one_limit_of_claims(alice, signed_in, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    reader, program = signed_in(alice), Program(token_of(alice))
    papers = PaperFactory.create_batch(21)
    for paper in papers[:10]:
        assert reader.act(f"/papers/{paper.arxiv_id}/claim/make", {"position": "0"}).status_code == 302
    bodies = [{"paperId": paper.arxiv_id, "claimAuthorId": object_id(paper.pk, 0)} for paper in papers[10:]]
    assert [program.call(CLAIM, body).status_code for body in bodies] == [200] * 10 + [429]
