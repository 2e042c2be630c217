"""Tagging, suggesting and deciding as readers, members and admins see it; nobody else sees what is undecided."""

import csv
import io
import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orgs.models import Membership
from orgs.roles import SUGGEST, TAG, Role, who_may
from papers.models import Affiliation, State
from tests.factories import OrganisationFactory, PaperFactory, UserFactory, admin_of, appoint
from tests.papers.lists.test_lists import titles
from tests.papers.search.reading import text

PAPER = "/papers/2509.08721"
AT = f"/orgs/lab{PAPER}"
QUEUE, REFUSED = "/orgs/lab/suggestions", "/orgs/lab/suggestions/refused"


@pytest.fixture
def admin(lab):
    admin = UserFactory(username="dora", name="Dora Dill")
    Membership.objects.create(organisation=lab, user=admin, role=Role.ADMIN)
    return admin


def state() -> str | None:
    return Affiliation.objects.values_list("state", flat=True).first()


def buttons(answer) -> list[str]:
    """What the buttons for the lab are called, on a paper's page or in the queue."""
    return re.findall(r'formaction="/orgs/lab/papers/[^"]*/(\w+)"', text(answer))


@pytest.mark.parametrize(
    ("person", "verb", "before", "after"),
    [
        ("alice", "tag", None, State.ACCEPTED),
        ("admin", "tag", State.SUGGESTED, State.ACCEPTED),
        ("admin", "tag", State.REFUSED, State.ACCEPTED),
        ("alice", "untag", State.ACCEPTED, State.REFUSED),
        ("admin", "untag", State.SUGGESTED, State.REFUSED),
        ("bob", "suggest", None, State.SUGGESTED),
        ("bob", "suggest", State.REFUSED, State.REFUSED),
        ("bob", "withdraw", State.SUGGESTED, None),
        ("bob", "withdraw", State.ACCEPTED, State.ACCEPTED),
    ],
)
def test_the_table_of_roles_decides_and_twice_is_once(
    request, lab, admin, paper, bob, signed_in, person, verb, before, after
):
    if before:
        Affiliation.objects.create(paper=paper, organisation=lab, state=before, suggested_by=bob)
    reader, has_message = signed_in(request.getfixturevalue(person)), []
    for _ in range(2):
        answer = reader.act(f"{AT}/{verb}", {"next": PAPER, "at": "affiliations-7"})
        assert (answer.status_code, answer.url) == (302, f"{PAPER}#affiliations-7")
        assert state() == after
        has_message.append('class="messages"' in text(reader.get(PAPER)))
    assert has_message == [before != after, False]


@pytest.mark.parametrize("verb", ["tag", "untag", "suggest", "withdraw"])
@pytest.mark.parametrize("person", ["bob", "carol", "former", "moderator"])
def test_nobody_else_may(lab, paper, bob, carol, signed_in, verb, person):
    people = {"bob": bob, "carol": carol, "former": UserFactory(), "moderator": appoint(UserFactory())}
    Membership.objects.create(organisation=OrganisationFactory(), user=carol, role=Role.OWNER)
    Membership.objects.create(organisation=lab, user=people["former"], role=Role.OWNER).delete()
    Affiliation.objects.create(paper=paper, organisation=lab, state=State.SUGGESTED, suggested_by=UserFactory())
    before = list(Affiliation.objects.values())
    answer = signed_in(people[person]).act(f"{AT}/{verb}")
    permission = SUGGEST if verb in ("suggest", "withdraw") else TAG
    if person != "bob" or permission == TAG:
        assert answer.status_code == 403
        assert f"Only {who_may(permission)} of The Lab may {permission}." in unescape(text(answer))
    assert list(Affiliation.objects.values()) == before


@pytest.mark.parametrize("path", ["/orgs/lab/papers/2001.00001/tag", f"/orgs/none{PAPER}/tag"])
def test_what_is_not_there_is_404(lab, paper, alice, signed_in, path):
    assert signed_in(alice).act(path).status_code == 404


def test_a_reason_that_is_too_long_is_explained(lab, paper, bob, signed_in):
    answer = signed_in(bob).act(f"{AT}/suggest", {"reason": "w" * 281})
    assert answer.status_code == 400
    assert "A reason has at most 280 characters; this one has 281." in text(answer)


@pytest.mark.parametrize(
    ("state", "of_alice", "of_bob", "of_dora"),
    [
        (None, ["tag"], ["suggest"], ["tag"]),
        (State.SUGGESTED, ["tag", "untag"], ["withdraw"], ["tag", "untag"]),
        (State.ACCEPTED, ["untag"], [], ["untag"]),
        (State.REFUSED, ["tag"], [], ["tag"]),
    ],
)
def test_a_papers_page_offers_what_one_may(
    lab, admin, paper, alice, bob, carol, signed_in, stranger, state, of_alice, of_bob, of_dora
):
    if state:
        Affiliation.objects.create(paper=paper, organisation=lab, state=state, suggested_by=bob)
    for person, offered in ((alice, of_alice), (bob, of_bob), (admin, of_dora)):
        page = signed_in(person).get(PAPER)
        assert buttons(page) == offered
        assert f"<strong>The Lab</strong>{f' · {state}' if state else ''}" in text(page)
    for reader in (signed_in(carol), stranger):
        assert "Tag for an organisation" not in text(reader.get(PAPER))


def test_a_member_does_not_withdraw_what_somebody_else_suggested(lab, paper, alice, bob, signed_in):
    Affiliation.objects.suggest(alice, lab, paper)
    assert buttons(signed_in(bob).get(PAPER)) == []


def test_a_paper_of_several_names_them_all_in_order(lab, paper, alice, stranger):
    for name in ("Zebra", "Antelope"):
        organisation = OrganisationFactory(name=name)
        Affiliation.objects.accept(admin_of(organisation), organisation, paper)
    before = stranger.get(PAPER).headers["ETag"]
    Affiliation.objects.accept(alice, lab, paper)
    page = stranger.get(PAPER)
    badge = re.compile(r'class="org-badge".*?</span>\s*([\w ]+\w)', re.DOTALL)
    assert badge.findall(text(page)) == ["Zebra", "Antelope", "The Lab"]
    assert page.headers["ETag"] != before
    rows = csv.DictReader(io.StringIO(stranger.get("/papers/trending?export=csv").content.decode("utf-8-sig")))
    assert [row["organisation"] for row in rows] == ["Zebra; Antelope; The Lab"]


@pytest.mark.parametrize("path", ["/orgs/lab", "/papers?org=lab", "/papers?org=The+Lab", "/papers?q=org:lab"])
@pytest.mark.parametrize("state", State)
def test_lists_have_what_is_accepted_and_nothing_else(lab, bob, alice, signed_in, stranger, path, state):
    first = OrganisationFactory()
    paper = PaperFactory(title="Ours", organisation=first)
    PaperFactory(title="Theirs", organisation=first)
    Affiliation.objects.create(paper=paper, organisation=lab, state=state, suggested_by=bob, reason="Secretly ours")
    for reader in (stranger, signed_in(bob), signed_in(alice)):
        answer = reader.get(path, follow=True)
        assert titles(answer) == (["Ours"] if state == State.ACCEPTED else [])


@pytest.mark.parametrize("undecided", [State.SUGGESTED, State.REFUSED])
def test_what_is_undecided_is_nowhere_to_be_seen(lab, paper, bob, carol, signed_in, stranger, undecided):
    Affiliation.objects.create(paper=paper, organisation=lab, state=undecided, suggested_by=bob, reason="Secretly ours")
    for reader in (stranger, signed_in(carol)):
        for path in (PAPER, "/papers", "/papers/trending?export=csv", "/orgs/lab/insights/papers.csv"):
            page = text(reader.get(path))
            assert "Secretly ours" not in page
            assert 'href="/orgs/lab"' not in page
            assert "2025-09," not in page


def test_the_queue_says_who_suggests_what_and_why(lab, admin, alice, bob, signed_in):
    guessed, suggested = PaperFactory(title="Guessed"), PaperFactory(title="Suggested")
    left, by_left = PaperFactory(title="Of one who left"), admin_of(lab)
    Affiliation.objects.create(paper=guessed, organisation=lab, state=State.SUGGESTED, is_guess=True)
    Affiliation.objects.suggest(by_left, lab, left)
    by_left.delete()
    Affiliation.objects.suggest(bob, lab, suggested, "We wrote <it>.")
    page = signed_in(admin).get(QUEUE)
    assert titles(page) == ["Suggested", "Of one who left", "Guessed"]
    logged = [
        " ".join(re.sub("<[^>]*>", "", line).split())
        for line in re.findall(r"(?s)decide\">\s*<p>(.*?)</p>", page.content.decode())
    ]
    assert [line.split(",")[0] for line in logged] == [
        "Bob Birch suggested it",
        "Suggested by a deleted account",
        "Suggested by an import",
    ]
    assert "We wrote &lt;it&gt;." in page.content.decode()
    assert buttons(page) == ["tag", "untag"] * 3


def test_untagging_is_undone_from_the_next_page(lab, alice, signed_in):
    PaperFactory(arxiv_id="2509.08721", title="Ours", organisation=lab)
    reader = signed_in(alice)
    page = reader.act(f"{AT}/untag", {"next": PAPER}, follow=True)
    assert "“Ours” is not a paper of The Lab." in text(page)
    assert f'<a href="{REFUSED}">declined papers</a>' in text(page)
    assert titles(reader.get("/orgs/lab")) == []
    page = reader.get(REFUSED)
    assert (titles(page), buttons(page), "Declined by" in text(page)) == (["Ours"], ["tag"], True)
    page = reader.act(f"{AT}/tag", {"next": REFUSED}, follow=True)
    assert "“Ours” is now a paper of The Lab." in text(page)
    assert "No declined papers." in text(page)
    assert titles(reader.get("/orgs/lab")) == ["Ours"]


@pytest.mark.parametrize("path", [QUEUE, REFUSED])
def test_only_those_who_decide_see_the_queue(lab, admin, alice, bob, carol, signed_in, stranger, path):
    for person, status in ((alice, 200), (admin, 200), (bob, 404), (carol, 404)):
        answer = signed_in(person).get(path)
        assert (answer.status_code, "Papers that may belong to" in text(answer)) == (status, status == 200)
        assert (f'href="{QUEUE}"' in text(signed_in(person).get("/orgs/lab"))) is (status == 200)
    assert stranger.get(path).url == f"/accounts/login/?next={path}"


def test_the_queue_goes_on_without_a_gap(lab, alice, bob, signed_in):
    for n in range(70):
        Affiliation.objects.suggest(bob, lab, PaperFactory(title=f"Number {n}"))
    reader, path, seen = signed_in(alice), QUEUE, []
    while path:
        page = reader.get(path)
        seen += titles(page)
        older = re.search(r'class="older"><a href="([^"]*)"', page.content.decode())
        path = older and QUEUE + older[1]
    assert seen == [f"Number {n}" for n in reversed(range(70))]
    assert "damaged or out of date" in text(reader.get(f"{QUEUE}?older=made-up"))


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_of_the_queue_do_not_grow(lab, alice, bob, signed_in, rows):
    for _ in range(rows):
        Affiliation.objects.suggest(bob, lab, PaperFactory(organisation=OrganisationFactory()))
    reader = signed_in(alice)
    reader.get(QUEUE)
    with CaptureQueriesContext(connection) as statements:
        assert reader.get(QUEUE).content.decode().count('class="card"') == rows
    assert len(statements) == 6, [s["sql"] for s in statements]
