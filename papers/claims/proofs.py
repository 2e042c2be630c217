"""Proofs that a person is an author, which need nobody to decide.

Each takes a claim and returns "" if it is proven, or a sentence for the person that says why it is not. Each needs a
name of the person that can be the author's (`papers.names.is_same`), so that nobody is shown as somebody else.
"""

import json
import re
from collections.abc import Callable

from django.conf import settings
from lxml import html
from lxml.etree import LxmlError

from lib import outside
from lib.text import one_line
from lib.words import bare_name
from orgs.models import Organisation
from orgs.models.claim import proof as address_at
from papers import names
from papers.ingest.client import Client, FetchError, NotAccessible
from papers.ingest.repositories import REPOSITORY, github_headers
from papers.models import AuthorClaim, Proof, State
from papers.models.links import LinkSource

META_NAME = "broadsheet-claim"  # of the element in the head of a project page
MAX_README_BYTES = 1024 * 1024
_PROVING = (LinkSource.IMPORT, LinkSource.AUTOMATIC, LinkSource.MODERATOR)  # the sources of links that can be proofs


def possible(claim: AuthorClaim) -> dict[Proof, str]:
    """The proofs that can succeed, each with where it has to be: the domains, the repository, the address of the page.

    That of ORCID is possible if people can connect their ORCID iD on this site.
    """
    paper = claim.paper
    found = {
        Proof.ORCID: "orcid.org" if settings.SOCIALACCOUNT_PROVIDERS["orcid"]["APPS"] else "",
        Proof.MAIL: " or ".join(organisation.domain for organisation in _with_domain(claim)),
        Proof.REPOSITORY: "" if _source_problem(paper.code_source) else _repository(claim),
        Proof.PAGE: "" if _source_problem(paper.project_source) else paper.project_url,
    }
    return {proof: place for proof, place in found.items() if place}


def by_orcid(claim: AuthorClaim) -> str:
    """The public name of an ORCID record that the person has signed in with is the author's."""
    accounts = claim.user.socialaccount_set.filter(provider="orcid")
    records = list(accounts.values_list("extra_data", flat=True))
    if not records:
        return "No ORCID iD is connected to your account."
    public = [name for record in records for name in orcid_names(record)]
    if not public:
        return "Your ORCID record shows no public name."
    if not any(names.is_same(name, claim.name) for name in public):
        return f"The name of your ORCID record, {public[0]}, is not {claim.name}."
    return ""


def orcid_names(record: dict) -> list[str]:
    """The names that an ORCID record shows to everybody: the full one, the one for publications, and others.

    https://info.orcid.org/documentation/integration-guide/orcid-record/
    """
    person = record.get("person") or {}
    name = person.get("name") or {}
    full = " ".join(_value(name, part) for part in ("given-names", "family-name"))
    others = (person.get("other-names") or {}).get("other-name") or []
    found = (full, _value(name, "credit-name"), *(other.get("content") or "" for other in others))
    return list(filter(None, map(one_line, found)))


def _value(name: dict, part: str) -> str:
    return (name.get(part) or {}).get("value") or ""


def by_mail(claim: AuthorClaim) -> str:
    """The person has confirmed an address at the domain of an organisation of the paper (`_with_domain`).

    The address shows a word of the author's name, since everybody in the organisation has an address there.
    """
    with_domain = _with_domain(claim)
    if not with_domain:
        return "No organisation of this paper has a verified domain."
    addresses = [address for organisation in with_domain if (address := address_at(claim.user, organisation))]
    if not addresses:
        domains = " or ".join(organisation.domain for organisation in with_domain)
        return f"You have confirmed no email address at {domains}."
    if not any(_shows(address, claim.name) for address in addresses):
        return f"Your address {addresses[0]} does not show the name {claim.name}."
    return _name_problem(claim)


def _shows(address: str, name: str) -> bool:
    """Whether the part of the address before the @ has a word of the name, of three letters at least."""
    letters = bare_name(address.partition("@")[0])
    return any(len(word) > 2 and word in letters for word in bare_name(name).split())


def _with_domain(claim: AuthorClaim) -> list[Organisation]:
    """The organisations of the paper that have a domain, and whose identity moderators have verified.

    Others may be founded, and may tag papers, as anybody likes; and somebody other than this person has accepted the
    paper.
    """
    accepted = claim.paper.affiliations.filter(state=State.ACCEPTED).exclude(decided_by=claim.user)
    organisations = Organisation.objects.filter(pk__in=accepted.values("organisation"), verified=True)
    return [organisation for organisation in organisations.order_by("name") if organisation.domain]


def by_repository(claim: AuthorClaim, client: Client) -> str:
    """The token of the claim is in the README or the description of the paper's repository at GitHub.

    https://docs.github.com/en/rest/repos/contents#get-a-repository-readme
    """
    if problem := _source_problem(claim.paper.code_source):
        return problem
    repository = _repository(claim)
    if not repository:
        return "The paper has no link to a repository at GitHub."
    try:
        texts = (_description(repository, client), _readme(repository, client))
    except NotAccessible:
        return f"The repository {repository} was not found."
    except FetchError:
        return "GitHub could not be reached. Try again in a few minutes."
    if not any(map(claim.is_token_in, map(_words, texts))):
        return f"The code is neither in the README nor in the description of {repository}."
    return _name_problem(claim)


def _repository(claim: AuthorClaim) -> str:
    """The owner and name of the repository at GitHub that the paper links to, or ""."""
    match = REPOSITORY.fullmatch(claim.paper.code_url)
    return match[1] if match else ""


def by_page(claim: AuthorClaim) -> str:
    """The token of the claim is in an element `meta` in the head of the paper's project page.

    Visitors of a page may be able to write into its text, but not into its head.
    """
    url = claim.paper.project_url
    if not url:
        return "The paper has no link to a project page."
    if problem := _source_problem(claim.paper.project_source):
        return problem
    try:
        page = outside.fetch(url)
    except outside.OutsideError as error:
        return f"The project page could not be read. {error}"
    if not claim.is_token_in(_meta_contents(page.body)):
        return f"The head of {url} has no element meta with the code."
    return _name_problem(claim)


LOCAL_CHECKS: dict[Proof, Callable[[AuthorClaim], str]] = {Proof.ORCID: by_orcid, Proof.MAIL: by_mail}


def _source_problem(source: str) -> str:
    """A submitter, or an author who corrects the paper, could have linked to a page of their own."""
    if source in _PROVING:
        return ""
    giver = {LinkSource.SUBMITTER: "The submitter", LinkSource.AUTHOR: "An author"}[LinkSource(source)]
    return f"{giver} of this paper gave the link, so only moderators can accept it as a proof."


def _name_problem(claim: AuthorClaim) -> str:
    name = claim.user.name
    if not name:
        return f"Your profile has no full name. Write it as the paper does, {claim.name}, then check again."
    if not names.is_same(name, claim.name):
        return f"The proof is there, but the name in your profile, {name}, is not {claim.name}."
    return ""


def _description(repository: str, client: Client) -> str:
    """The description of the repository. Raises FetchError."""
    body = client.get(f"https://api.github.com/repos/{repository}", github_headers()).body
    try:
        return json.loads(body)["description"] or ""
    except (ValueError, TypeError, KeyError) as error:
        raise FetchError(f"GitHub answered something of {repository} that is no repository: {error!r}") from None


def _readme(repository: str, client: Client) -> str:
    """The text of the README; "" if there is none. Raises FetchError."""
    url = f"https://api.github.com/repos/{repository}/readme"
    headers = github_headers("application/vnd.github.raw+json")
    try:
        return client.get(url, headers, max_bytes=MAX_README_BYTES).body.decode(errors="replace")
    except NotAccessible:
        return ""


def _words(text: str) -> list[str]:
    return re.findall(r"broadsheet-[0-9a-f]+", text)


def _meta_contents(body: bytes) -> list[str]:
    try:
        found = html.document_fromstring(body).xpath("/html/head/meta[@name=$name]/@content", name=META_NAME)
    except (LxmlError, ValueError):
        return []
    return [str(content).strip() for content in found]
