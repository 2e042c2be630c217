"""All verbs of flags, decisions, answers, claims, corrections, submissions and appointments × people.

Who may is in one table; everybody else changes nothing in the whole database.
"""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lib.conflicts import digests
from moderation.decisions import DECISIONS
from moderation.models import Action
from moderation.seen import Seen
from orgs.models import Membership
from orgs.roles import Role
from papers.models import AiText, Artefact, Collection, Comment, Paper
from papers.models.aitext import ImportedText
from tests.conftest import Reader
from tests.database import contents
from tests.factories import (
    RECORD,
    AuthorClaimFactory,
    OrganisationFactory,
    PaperFactory,
    SubmissionFactory,
    UserFactory,
    appoint,
)
from tests.moderation.conftest import WORDS, flag, suspect, take

PEOPLE = ["owner", "admin", "member", "claimant", "submitter", "moderator", "superuser", "without_factor", "suspended"]
PEOPLE += ["stranger", "anonymous"]
SIGNED_IN = set(PEOPLE) - {"suspended", "anonymous"}
MODERATORS = {"moderator", "superuser"}
# The subject of each decision: `paper` is flagged and has votes under review, `waiting` and `granted` are claims.
SUBJECTS = {"grant": "waiting", "refuse": "waiting", "withdraw": "granted"}
DECIDING = {
    f"{decision.key} {kind}": (f"/moderation/{kind}/{{{SUBJECTS.get(decision.key, kind)}}}/{decision.key}", MODERATORS)
    for decision in DECISIONS.values()
    for kind in decision.kinds
}
VERBS = DECIDING | {
    "flag": ("/flag/comment/{comment}", SIGNED_IN - {"submitter"}),  # who wrote it
    "undo": ("/moderation/log/{hidden}/undo", MODERATORS),
    "answer": ("/moderation/log/{hidden}/answer", {"submitter"}),  # whose comment was hidden
    "make a claim": ("/papers/2509.00003/claim/make", SIGNED_IN),
    "check a claim": ("/papers/2509.00004/claim/check", {"claimant"}),
    "ask moderators": ("/papers/2509.00004/claim/ask", {"claimant"}),
    "release a claim": ("/papers/2509.00001/claim/release", {"claimant"}),
    "correct": ("/papers/2509.00001/correct", {"claimant"}),
    "add an artefact": ("/papers/2509.00001/artefacts", {"claimant", "submitter", *MODERATORS}),
    "remove an artefact": ("/papers/2509.00001/artefacts/remove", {"claimant", "submitter", *MODERATORS}),
    "replace a summary": ("/papers/2509.00001/summary", {"claimant"}),
    "hide a summary": ("/papers/2509.00001/summary/hide", {"claimant", *MODERATORS}),
    "show a summary": ("/papers/2509.00006/summary/show", {"claimant", *MODERATORS}),
    "bring back a summary": ("/papers/2509.00006/summary/restore", {"claimant"}),
    "submit": ("/papers/submit", SIGNED_IN),
    "list what was submitted": ("/papers/submit/of-the-submitter", {"submitter"}),
    "appoint": ("/moderation/moderators/appoint", {"superuser"}),
    "dismiss a moderator": ("/moderation/moderators/other-moderator/dismiss", {"superuser"}),
}
FORM = WORDS | {
    "reason": "spam",
    "details": "Look.",
    "until": "2100-01-01",
    "into": "2509.00005",
    "text": "I mean well.",
    "position": "1",
    "message": "I wrote it.",
    "keywords": "Engines",
    "arxiv_id": "2509.00009",
    "username": "stranger",
    "kind": "demo",
    "url": "https://example.org/demo",
    "artefact": "7",
    "summary": "By hand.",
}

pytestmark = pytest.mark.usefixtures("scene")


def build_people() -> dict:
    people = {who: UserFactory(username=who.replace("_", "-")) for who in PEOPLE if who != "anonymous"}
    for who in ("moderator", "suspended"):
        appoint(people[who])
    appoint(people["superuser"], is_superuser=True, is_appointed_moderator=False)
    appoint(UserFactory(username="other-moderator"))
    people["without_factor"].is_appointed_moderator = True
    people["without_factor"].save()
    return people


def build_subjects(people: dict) -> dict[str, int]:
    """What the verbs are about, by the names in their addresses."""
    lab = OrganisationFactory(slug="lab", description="Buy now")
    for role in Role:
        Membership.objects.create(organisation=lab, user=people[role.value], role=role)
    papers = [PaperFactory(arxiv_id=f"2509.0000{n}", submitted_by=people["submitter"]) for n in range(1, 7)]
    comment, hidden = (
        Comment.objects.create(paper=papers[0], author=people["submitter"], text="Buy.") for _ in range(2)
    )
    collection = Collection.objects.create(key="shelf", name="Shelf", user=people["owner"], visibility="public")
    person = UserFactory(username="flagged", about="Buy now")
    granted = AuthorClaimFactory(user=people["claimant"], paper=papers[0])
    AuthorClaimFactory(user=people["claimant"], paper=papers[3], state="open")
    _add_texts(people, papers)
    waiting = AuthorClaimFactory(paper=papers[4], state="open")
    waiting.ask(waiting.user, "It is me.")
    SubmissionFactory(user=people["submitter"], key="of-the-submitter", state="fetched", record=RECORD.as_json())
    rows = {"paper": papers[0], "comment": comment, "collection": collection, "organisation": lab, "person": person}
    for row in rows.values():
        flag(UserFactory(), row)
    suspect(papers[0])
    Comment.objects.recount([papers[0].pk])
    action = take(people["moderator"], "hide", hidden)
    rows |= {"granted": granted, "waiting": waiting, "hidden": action}
    return {name: row.pk for name, row in rows.items()}


def _add_texts(people: dict, papers: list[Paper]) -> None:
    """A model's summary, an author's that is hidden, and an artefact."""
    AuthorClaimFactory(user=people["claimant"], paper=papers[5])
    for paper in (papers[0], papers[5]):
        AiText.objects.keep({paper.pk: ImportedText("Machines.", (), "model-1", 1, timezone.now())})
    text = AiText.objects.get(paper=papers[5])
    text.replace(people["claimant"], "Hands.", digests({"summary": text.summary}))
    text.hide(people["claimant"])
    url = "https://huggingface.co/lab/engine"
    Artefact.objects.create(pk=7, paper=papers[0], kind="model", name="lab/engine", url=url)


@pytest.fixture(autouse=True)
def _shown(settings):
    settings.SHOW_AI_TEXT = True


def build_scene():
    people = build_people()
    keys = build_subjects(people)
    readers = {who: Reader(person) for who, person in people.items()} | {"anonymous": Reader()}
    people["suspended"].suspend(people["superuser"], "Spam.", timezone.now() + timedelta(days=1))
    return {"readers": readers, "keys": keys}


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_does_it_and_everybody_else_changes_nothing(scene, verb):
    path, allowed = VERBS[verb][0].format(**scene["keys"]), VERBS[verb][1]
    seen = Action.objects.order_by("-pk").first()
    stored = Paper.objects.values("code_url", "project_url", "keywords").get(arxiv_id="2509.00001")
    base = json.dumps(digests(stored | {"summary": "Machines."}))
    form = {name: value or "" for name, value in FORM.items()} | {"seen": str(Seen(seen.pk, flag=10**9)), "base": base}
    before = contents()
    for who in [*sorted(set(PEOPLE) - allowed), *sorted(allowed)]:
        with transaction.atomic():
            answer = scene["readers"][who].act(path, form)
            is_changed = contents() != before
            transaction.set_rollback(True)
        assert is_changed is (who in allowed), (who, answer.status_code)
