"""A site with all that strains a page: long names without a space, a crowd of authors, wide maths, and gaps."""

import random
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from api.models import Scope, Token
from config.demo import PAPERS
from lib.conflicts import digests
from lib.jobs import store_error
from moderation.models import Action, Answer, Flag
from moderation.subjects import KINDS
from orgs.models import Claim, Invitation, Membership, Organisation
from orgs.roles import Role
from papers.intake import formats
from papers.models import (
    Affiliation,
    AiText,
    Artefact,
    AuthorFollow,
    Bookmark,
    Collection,
    Comment,
    Content,
    Correction,
    Intake,
    Item,
    OrganisationFollow,
    Paper,
    PaperVersion,
    SavedFilter,
    TopicFollow,
    Vote,
    directory,
)
from tests import queue
from tests.factories import (
    NOON,
    RECORD,
    AuthorClaimFactory,
    DeliveryFactory,
    LetterFactory,
    NotificationFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    UserFactory,
    WebhookFactory,
    appoint,
)
from tests.papers.search import library

WIDE = "$$" + " + ".join(rf"\frac{{x_{{{n}}}^2}}{{\sqrt{{y_{{{n}}}}}}}" for n in range(20)) + "$$"
PROSE = "It says nothing, at some length, so that there is something to disclose. " * 8


def build() -> User:
    """Makes the strained site; returns its member, an owner of the organisation who has voted and bookmarked."""
    member = UserFactory(
        username="m" * 39,
        name="N" * 120,
        about=f"{'a' * 200}\n\n{WIDE}",
        links=[{"label": "l" * 40, "url": "https://example.org/" + "w" * 150}] * 5,
        shows_votes=True,
    )
    org = OrganisationFactory(
        slug="o" * 96,
        name="O" * 120,
        website="https://example.org/" + "w" * 150,
        description=f"# Who we are\n\n{'d' * 200}\n\n{WIDE}\n\n- `{'c' * 200}`\n\n[{'l' * 100}](https://example.org)",
        verified=True,
        links=[{"label": "L" * 40, "url": "https://example.org/" + "w" * 150}] * 5,
        accent="#ffd700",
        announcement="A" * 100 + " [" + "l" * 60 + "](https://example.org)",
    )
    Membership.objects.create(organisation=org, user=member, role=Role.OWNER)
    heavy = _heavy_paper(org, member)
    _affiliate(org, member)
    _discuss(heavy, member)
    _claim(heavy, member)
    org.featured = [heavy.pk]
    org.draft, org.previous = org.state(), org.state()
    org.save()
    PaperFactory(arxiv_id="2509.00003", title="Nothing about it", authors=[], abstract="")
    PaperFactory(listed_at=NOON - timedelta(days=40), organisation=org)
    Vote.objects.make(member, heavy)
    Bookmark.objects.make(member, heavy)
    PaperVersion.objects.keep({heavy.pk: [(1, "t" * 400, f"{'b' * 300} {PROSE}", ["Firstname Lastname"] * 1_000)]})
    Paper.objects.touch([heavy.pk], version=2)
    for name, owner in (("c" * 120, member), ("Papers that we wrote", org)):
        collection = Collection.objects.begin(member, owner, name, description=f"**{'d' * 100}**", visibility="public")
        Collection.objects.filter(pk=collection.pk).update(key=name[0].lower() * 80)
        Item.objects.add(member, collection, list(Paper.objects.values_list("pk", flat=True)))
        Item.objects.write_note(member, collection, heavy.pk, f"Why: {WIDE} {'n' * 200}", "")
        Item.objects.remove(member, collection, [Paper.objects.get(title="Thirty").pk])
    Organisation.objects.filter(pk=org.pk).update(sections=[collection.pk])
    OrganisationFollow.objects.make(member, org)
    for name in ("k" * 120, "w" * 200):
        TopicFollow.objects.make(member, name)
        AuthorFollow.objects.make(member, name)
    LetterFactory(key="l" * 22, title="T" * 300, papers=list(Paper.objects.values_list("pk", flat=True)))
    for n in range(110):
        facts = {"organisation": "O" * 120, "slug": org.slug, "granted": n % 2, "answer": f"{'a' * 200}\n\nAnd so on."}
        NotificationFactory(user=member, kind="claim", facts=facts, read_at=None if n else NOON)
    for owner in ({"user": member}, {"user": None, "organisation": org}):
        _add_webhooks(**owner)
    _add_tokens(member)
    _import(member)
    _describe(Paper.objects.get(arxiv_id="2509.00002"))
    SubmissionFactory(key="w" * 43, user=member, arxiv_id="2509.00009")
    SubmissionFactory(key="f" * 43, user=member, state="failed", problem="p" * 500)
    long = {"title": "W" * 300, "authors": ["A" * 100, *["Ada Lovelace"] * 300], "author_details": [[]] * 301}
    record = RECORD.as_json() | long | {"arxiv_id": "2509.00008"}
    SubmissionFactory(key="s" * 43, user=member, arxiv_id="2509.00008", state="fetched", record=record)
    for n in range(30):
        SavedFilter.objects.save_as(member, f"{n:W>40}", "has=code" if n == 29 else f"topic={n}")
    PaperFactory(title="An early one", categories=["cs.CL"], listed_at=NOON - timedelta(days=99))
    library.index()
    directory.recount()
    return member


def _add_webhooks(**owner) -> None:
    """Two webhooks of this owner: one with deliveries, and a disabled one."""
    webhook = WebhookFactory(title="W" * 300, url=f"https://example.org/{'u' * 400}", failing_since=NOON, **owner)
    tried = {"tried_at": NOON, "duration": 10_000, "attempts": 3}
    DeliveryFactory(webhook=webhook, papers=[1], error="E" * 300, **tried)
    DeliveryFactory(webhook=webhook, papers=[2, 3], state="delivered", next_at=None, status=204, **tried)
    DeliveryFactory(webhook=webhook, is_test=True)
    WebhookFactory(state="disabled", reason="failing", **owner)


def _add_tokens(member: User) -> None:
    """A token with a long name and all scopes, and one that has expired."""
    Token.objects.make(member, "T" * 60, Scope.values)
    old, _ = Token.objects.make(member, "Old", ["read"], timezone.now() + timedelta(days=1))
    Token.objects.filter(pk=old.pk).update(created_at=NOON - timedelta(days=2), expires_at=NOON)


def _import(member: User) -> None:
    """An import that waits to be looked at: papers with notes, one that is not here, and a line that says nothing."""
    text = f"2509.00001 {'n' * 300}\n2509.00002\n2401.00009\n{'w' * 300}"
    data = formats.read(text.encode()).as_json()
    Intake.objects.create(user=member, key="i" * 43, state="ready", data=data, target_name="I" * 120)


def _describe(paper: Paper) -> None:
    """Models, datasets and demos with long names, and a summary by a language model."""
    for number in range(12):
        name = f"{'o' * 60}/{'m' * 100}-{number}"
        row = {"kind": ("model", "dataset", "demo")[number % 3], "name": name, "likes": number * 1_000}
        Artefact.objects.create(paper=paper, url=f"https://huggingface.co/{name}", downloads=10**9, **row)
    AiText.objects.create(paper=paper, summary=f"{'s' * 300} {PROSE}"[:900], model="M" * 120, made_at=NOON)


def contest(member: User) -> User:
    """Lets jobs fail, the member invite somebody, and two people claim a page that nobody owns; returns a moderator."""
    for status in ("todo", "doing", "failed"):
        store_error(queue.job("t" * 120, status, token="x"), "E" * 300)
    Invitation.objects.send(
        member, Organisation.objects.get(slug="o" * 96), "w" * 60 + "@" + "d" * 60 + ".example", Role.MEMBER
    )
    free = OrganisationFactory(slug="f" * 96, name="F" * 120)
    for reason in ("r" * 2000, "A reason.\n\nAnd another."):
        person = UserFactory(name="P" * 120)
        Claim.objects.ask(person, free, reason)
    moderator = appoint(UserFactory(username="q" * 39, name="Q" * 120), is_superuser=True)
    _moderate(member, moderator)
    return moderator


def _moderate(member: User, moderator: User) -> None:
    """A flag with many words, and a line of the log whose words are as long as they may be, with its answer."""
    Flag.objects.make(UserFactory(name="F" * 120), KINDS["comment"], 9_000_001, "misleading", "f" * 1000)
    about = {
        "kind": "comment",
        "subject_id": 9_000_001,
        "label": "l" * 200,
        "url": "/comments/9000001",
        "data": {"cases": []},
    }
    undone = {"undone_at": NOON, "undone_by_name": "U" * 120, "undone_reason": "u" * 200}
    names = {"moderator": moderator, "moderator_name": str(moderator), "decision": "hide", "reason": "r" * 200}
    Action.objects.create(pk=9_000_001, **about, **undone, **names).people.set([member])
    standing = Action.objects.create(pk=9_000_002, **about, **names)
    standing.people.set([member])
    Answer.objects.write(member, standing, "a" * 1000)


def _discuss(paper: Paper, member: User) -> None:
    """Comments of every kind whose words are as long as they may be, eight deep; the first has the id 9000001."""
    Comment.objects.create(pk=9_000_001, paper=paper, author=member, text="It *was* so.")
    first, other = Comment.objects.get(pk=9_000_001), UserFactory(username="e" * 39, name="E" * 120)
    first.edit(member, Content(f"{'w' * 300}\n\n{WIDE}\n\n`{'c' * 200}`\n\n> {'q' * 200}"), 0)
    parent = first
    for depth in range(8):
        parent = Comment.objects.post(other, paper, Content(f"Answer {depth}: {'a' * 200}"), parent)
    report = Content("It *fails*.", "fails", "https://example.org/" + "r" * 200, "h" * 200, "d" * 100)
    gone = [Comment.objects.post(member, paper, report), Comment.objects.post(member, paper, Content("Gone"))]
    gone.append(Comment.objects.post(other, paper, Content("Hidden")))
    for comment in gone:
        Comment.objects.post(other, paper, Content(f"About {comment}"), comment)
        comment.refresh_from_db()
    gone[1].retract(member)
    gone[2].hide(appoint(UserFactory()), "r" * 200)
    imported = {"source_name": "I" * 120, "source_url": "https://example.org/" + "u" * 200}
    Comment.objects.create(paper=paper, text="Imported.", source_id="1", **imported)


def _claim(paper: Paper, member: User) -> None:
    """A claim of the member that is tried, one that is granted, with a correction, and a granted one of another."""
    tried = dict.fromkeys(["orcid", "mail", "repository", "page"], f"It is {'n' * 300}.")
    AuthorClaimFactory(user=member, paper=paper, name="Firstname2 Lastname", state="open", tried=tried)
    other = User.objects.get(username="e" * 39)
    AuthorClaimFactory(user=other, paper=paper, name="Firstname0 Lastname")
    thirty = Paper.objects.get(arxiv_id="2509.00002")
    AuthorClaimFactory(user=member, paper=thirty, name="Author 1")
    AuthorClaimFactory(paper=thirty, name="F" * 200)
    values = {"code_url": "", "project_url": "https://example.org/" + "u" * 400, "keywords": ["k" * 120]}
    Correction.objects.make(member, thirty, values, digests({name: getattr(thirty, name) for name in values}))


def _affiliate(org: Organisation, member: User) -> None:
    """A paper that is suggested to the organisation with many words, and one that it refused."""
    authors = [f"Author {n}" for n in range(30)]
    thirty = PaperFactory(arxiv_id="2509.00002", title="Thirty", authors=authors, abstract=PROSE)
    Affiliation.objects.suggest(member, org, thirty, "r" * 280)
    refused = PaperFactory(organisation=OrganisationFactory(name="P" * 120))
    for decide in (Affiliation.objects.accept, Affiliation.objects.refuse):
        decide(member, org, refused)


def _heavy_paper(org: Organisation, member: User) -> Paper:
    return PaperFactory(
        arxiv_id="2509.00001",
        title="T" * 400,
        abstract=f"{'a' * 300} {WIDE} {PROSE}",
        authors=[f"Firstname{n} {'Lastname' * 8 if n == 1 else 'Lastname'}" for n in range(3_303)],
        organisation=org,
        code_url="https://example.org/code",
        code_stars=34_500,
        project_url="https://example.org/project",
        categories=["cs.CL", "stat.ML"],
        keywords=["k" * 120, "short"],
        imported_votes=1_234_567,
        imported_comments=123_456,
        submitted_by=member,
    )


def abstracts(count: int, length: int = 1_300) -> list[str]:
    """Different texts that compress like real abstracts do: words as often as the demo's papers use them."""
    chance = random.Random(7)
    words = [word for paper in PAPERS for word in paper["abstract"].split()]
    return [" ".join(chance.choices(words, k=length // 4))[:length] for _ in range(count)]
