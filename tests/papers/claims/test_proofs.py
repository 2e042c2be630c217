"""Proofs of authorship: each is enough by itself, none without the author's name, and each says why it fails."""

import pytest
import stamina

from orgs.models import Membership
from orgs.roles import Role
from papers.claims import checking, proofs, tasks
from papers.models import Affiliation, AuthorClaim
from tests.factories import AuthorClaimFactory, OrganisationFactory, PaperFactory
from tests.orgs.conftest import confirm

REPOSITORY = "https://github.com/lovelace/engine"
PAGE = "http://engine.example.org/"


def claim_of(user, **paper) -> AuthorClaim:
    return AuthorClaimFactory(user=user, paper=PaperFactory(**paper), state="open")


def check(claim) -> AuthorClaim:
    tasks.check_claim(claim.pk)
    claim.refresh_from_db()
    return claim


@pytest.mark.parametrize(
    ("given", "family", "is_enough"),
    [
        ("Ada", "Lovelace", True),
        ("ADA", "LOVELACE", True),
        ("A.", "Lovelace", True),
        ("Ada King", "Lovelace", True),
        ("Lovelace", "Ada", True),
        ("Anne", "Lovelace", False),
        ("Ada", "Byron", False),
        ("", "Lovelace", False),
        ("", "", False),
    ],
)
def test_the_name_of_an_orcid_record(carol, connect_orcid, given, family, is_enough):
    connect_orcid(carol, given, family)
    claim = claim_of(carol)
    assert checking.try_at_once(claim) is is_enough
    claim.refresh_from_db()
    assert (claim.state, claim.proof) == (("granted", "orcid") if is_enough else ("open", ""))
    if not is_enough:
        name = f"{given} {family}".strip()
        assert claim.tried["orcid"] == (
            f"The name of your ORCID record, {name}, is not Ada Lovelace."
            if name
            else "Your ORCID record shows no public name."
        )


def test_other_public_names_of_a_record_count_and_a_record_without_any_does_not_fail(carol, connect_orcid):
    account = connect_orcid(carol, "Augusta", "King", **{"other-names": {"other-name": [{"content": "Ada Lovelace"}]}})
    assert proofs.by_orcid(claim_of(carol)) == ""
    for record in ({}, {"person": None}, {"person": {"name": None, "other-names": None}}):
        account.extra_data = record
        account.save()
        assert proofs.by_orcid(claim_of(carol)) == "Your ORCID record shows no public name."


def test_only_ones_own_orcid_record_counts(carol, bob, connect_orcid):
    connect_orcid(bob, "Ada", "Lovelace")
    assert proofs.by_orcid(claim_of(carol)) == "No ORCID iD is connected to your account."


@pytest.fixture
def lab(bob):
    """A verified organisation with a domain, which Bob owns."""
    lab = OrganisationFactory(name="The Lab", website="https://www.lab.example", verified=True)
    Membership.objects.create(organisation=lab, user=bob, role=Role.OWNER)
    return lab


def test_an_address_at_the_domain_of_the_papers_organisation(ada, bob, lab):
    confirm(ada, "ada@cs.lab.example")
    claim = claim_of(ada, organisation=lab)
    assert checking.try_at_once(claim)
    assert (claim.state, claim.proof, claim.tried.keys()) == ("granted", "mail", {"orcid"})


def test_why_an_address_is_not_enough(ada, carol, bob, lab):
    assert proofs.by_mail(claim_of(ada)) == "No organisation of this paper has a verified domain."
    claim = claim_of(ada, organisation=lab)
    assert proofs.by_mail(claim) == "You have confirmed no email address at lab.example."
    confirm(ada, "ada@elsewhere.example")
    ada.emailaddress_set.create(email="ada@lab.example", verified=False)
    assert proofs.by_mail(claim) == "You have confirmed no email address at lab.example."
    confirm(carol, "carol@lab.example")
    assert proofs.by_mail(claim_of(carol, organisation=lab)) == (
        "Your address carol@lab.example does not show the name Ada Lovelace."
    )
    carol.emailaddress_set.filter(email="carol@lab.example").update(email="c.lovelace@lab.example")
    found = proofs.by_mail(claim_of(carol, organisation=lab))
    assert found == "The proof is there, but the name in your profile, Carol Cedar, is not Ada Lovelace."
    carol.name = ""
    assert proofs.by_mail(claim_of(carol, organisation=lab)).startswith("Your profile has no full name.")


def test_an_organisation_that_anybody_could_have_made_up_proves_nothing(ada, bob, lab):
    """It is not verified; it does not have the paper; or the person has made the paper one of its own."""
    confirm(ada, "ada@lab.example")
    lab.verified = False
    lab.save()
    assert "no organisation" in proofs.by_mail(claim_of(ada, organisation=lab)).lower()
    lab.verified = True
    lab.save()
    claim = claim_of(ada)
    Affiliation.objects.suggest(bob, lab, claim.paper)
    assert "no organisation" in proofs.by_mail(claim).lower()
    Membership.objects.create(organisation=lab, user=ada, role=Role.ADMIN)
    Affiliation.objects.accept(ada, lab, claim.paper)
    assert "no organisation" in proofs.by_mail(claim).lower()
    Affiliation.objects.refuse(bob, lab, claim.paper)
    Affiliation.objects.accept(bob, lab, claim.paper)
    assert proofs.by_mail(claim) == ""


@pytest.mark.parametrize("where", ["readme", "description"])
def test_the_code_in_a_repository(ada, sites, where):
    claim = claim_of(ada, code_url=REPOSITORY)
    assert check(claim).tried["repository"].startswith("The code is neither in the README nor in the description")
    setattr(sites, where, f"# Engine\n<!-- {claim.token} -->, as it runs.")
    assert (check(claim).state, claim.proof) == ("granted", "repository")
    assert set(sites.paths) == {"/repos/lovelace/engine", "/repos/lovelace/engine/readme"}


def test_the_code_is_of_one_person_and_one_paper(ada, bob, sites):
    claim, of_another, of_bob = claim_of(ada, code_url=REPOSITORY), claim_of(ada), claim_of(bob)
    bobs_here = AuthorClaimFactory(user=bob, paper=claim.paper, state="open")
    codes = {one.token for one in (claim, of_another, of_bob, bobs_here)}
    assert len(codes) == 4
    assert AuthorClaimFactory(user=ada, paper=claim.paper, state="released").token == claim.token
    sites.readme = " ".join(codes - {claim.token}) + f" {claim.token}0 {claim.token[:-1]} {claim.token.upper()}"
    assert check(claim).state == "open"


def test_a_repository_that_cannot_be_read(ada, sites):
    for url in (
        "",
        "https://example.org/code",
        "https://gitlab.com/lovelace/engine",
        "https://github.com.example.org/a/b",
    ):
        assert proofs.by_repository(claim_of(ada, code_url=url), None).startswith(
            "The paper has no link to a repository"
        )
    assert sites.paths == []
    claim = claim_of(ada, code_url="https://github.com/lovelace/gone")
    assert check(claim).tried["repository"] == "The repository lovelace/gone was not found."
    claim, sites.readme = claim_of(ada, code_url=REPOSITORY), None
    assert check(claim).tried["repository"].startswith("The code is neither")
    stamina.set_testing(True)
    sites.is_down = True
    assert check(claim).tried["repository"] == "GitHub could not be reached. Try again in a few minutes."
    stamina.set_testing(False)


def test_the_code_in_the_head_of_the_project_page(ada, sites):
    claim = claim_of(ada, project_url=PAGE)
    head = f'<!doctype html><html><head><title>E</title><meta name="broadsheet-claim" content=" {claim.token}"></head>'
    with sites.hosting(head + "<body>Engine</body></html>"):
        assert (check(claim).state, claim.proof) == ("granted", "page")


@pytest.mark.parametrize(
    "page",
    [
        "<html><head></head><body><p>{code}</p></body></html>",
        '<html><head></head><body><p>!</p><meta name="broadsheet-claim" content="{code}"></body></html>',
        '<html><head><meta name="description" content="{code}"></head><body></body></html>',
        '<html><head><meta name="broadsheet-claim" content="{code}0"></head><body></body></html>',
        '<html><head><!-- <meta name="broadsheet-claim" content="{code}"> --></head><body></body></html>',
        '<html><head><meta name="broadsheet-claim"></head><body></body></html>',
        "",
        "\x00\x01",
    ],
)
def test_what_visitors_could_have_written_is_no_proof(ada, sites, page):
    claim = claim_of(ada, project_url=PAGE)
    with sites.hosting(page.format(code=claim.token)):
        assert check(claim).state == "open"
    assert claim.tried["page"] == f"The head of {PAGE} has no element meta with the code."


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("import", ""),
        ("automatic", ""),
        ("moderator", ""),
        ("submitter", "The submitter of this paper gave the link"),
        ("author", "An author of this paper gave the link"),
    ],
)
def test_a_link_proves_nothing_if_somebody_gave_it_who_is_no_moderator(ada, sites, source, problem):
    for link, url, proof in (("code", REPOSITORY, "repository"), ("project", PAGE, "page")):
        claim = claim_of(ada, **{f"{link}_url": url, f"{link}_source": source})
        sites.readme = claim.token
        with sites.hosting(f'<head><meta name="broadsheet-claim" content="{claim.token}"></head>'):
            check(claim)
        assert claim.state == ("open" if problem else "granted")
        assert claim.tried.get(proof, "").startswith(problem)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost/", "https://example.org:8443/", "http://[::1]/"]
)
def test_a_project_page_on_no_public_host_is_not_fetched(ada, sites, url):
    assert check(claim_of(ada, project_url=url)).tried["page"].startswith("The project page could not be read.")


def test_a_name_that_is_not_the_authors_needs_moderators(carol, sites):
    claim = claim_of(carol, code_url=REPOSITORY)
    sites.readme = claim.token
    assert check(claim).state == "open"
    assert claim.tried["repository"].startswith("The proof is there, but the name in your profile, Carol Cedar, is not")


def test_nothing_is_fetched_for_what_is_proven_here(ada, sites, connect_orcid):
    connect_orcid(ada, "Ada", "Lovelace")
    assert check(claim_of(ada, code_url=REPOSITORY, project_url="http://localhost/")).proof == "orcid"
    assert sites.paths == []
