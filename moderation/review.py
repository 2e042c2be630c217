"""What moderators read to decide: the queue of open cases, and all that is to be known of one subject."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import models
from django.db.models import Prefetch

from accounts.models import User
from lib import keyset
from lib.text import line
from moderation.decisions import DECISIONS, Decision, ReasonForm
from moderation.models import Action, Answer, Case, Flag
from moderation.questions import Question
from moderation.seen import Seen
from moderation.subjects import KINDS, Kind
from papers.models import AuthorClaim, Paper, Vote

CASES = 30  # of a page of the queue
EXCERPT = 200  # characters of the content of a row
PAST_ACTIONS = 20
CLAIMS = 20
VOTES = 200


@dataclass(frozen=True)
class QueueLine:
    """An open case with the row that it is about (None if it was deleted), and who is responsible for that.

    `past`: how many standing actions concern that person.
    """

    case: Case
    row: models.Model | None
    author: models.Model | None
    past: int

    @property
    def excerpt(self) -> str:
        """The beginning of what it is about, on one line."""
        return line(self.case.subject_kind.content(self.row), EXCERPT) if self.row else ""


@dataclass(frozen=True)
class Subject:
    """A row of a kind by its id. `row` is None if it was deleted."""

    kind: Kind
    pk: int
    row: models.Model | None

    @property
    def label(self) -> str:
        if self.row:
            return self.kind.label(self.row)
        latest = Action.objects.about(self.kind, self.pk).order_by("-pk").first()
        return (latest or Case.objects.about(self.kind, self.pk).order_by("-pk")[0]).label

    @property
    def author(self) -> models.Model | None:
        return self.kind.author(self.row) if self.row else None

    @property
    def content(self) -> str:
        return self.kind.content(self.row).strip() if self.row else ""

    @property
    def url(self) -> str:
        return self.kind.url(self.row) if self.row else ""


def queue(viewer, cursor: str) -> tuple[list[QueueLine], str]:
    """The lines of a page of the queue, the oldest first, and the cursor of the next page.

    Those that concern the viewer are left out. The number of statements depends on the number of kinds, not of cases.
    """
    page = keyset.page(_with_evidence(Case.objects.open()).with_age(), ("age",), cursor, CASES)
    keys, rows = defaultdict(list), {}
    for case in page.rows:
        keys[case.kind].append(case.subject_id)
    for kind, pks in keys.items():
        rows |= {(kind, pk): row for pk, row in KINDS[kind].all_rows().in_bulk(pks).items()}
    every = [(case, rows.get((case.kind, case.subject_id))) for case in page.rows]
    found = [(case, row) for case, row in every if not case.subject_kind.concerns(row, viewer)]
    authors = [row and case.subject_kind.author(row) for case, row in found]
    counts = Action.objects.standing().counts_of({author.pk for author in authors if author})
    lines = [
        QueueLine(case, row, author, counts.get(author.pk, 0) if author else 0)
        for (case, row), author in zip(found, authors, strict=True)
    ]
    return lines, page.cursor


def _with_evidence(cases):
    """The cases with their flags, who made them, and the answers of people concerned."""
    flags = Flag.objects.select_related("user").order_by("pk")
    answers = Answer.objects.select_related("user", "action").order_by("pk")
    return cases.prefetch_related(Prefetch("flags", flags), Prefetch("answers", answers))


def find(kind: Kind, pk: int) -> Subject | None:
    """The subject, unless its owner keeps it private and no case is open, or it was deleted and never was a case."""
    row = kind.find(pk)
    if row is None:
        is_open = any(model.objects.about(kind, pk).exists() for model in (Case, Action))
    else:
        is_open = not kind.is_private(row) or Case.objects.open().about(kind, pk).exists()
    return Subject(kind, pk, row) if is_open else None


def context(subject: Subject, viewer) -> dict:
    """What the page of a subject shows besides the forms; no cases, flags and answers if it concerns the viewer."""
    is_own = subject.kind.concerns(subject.row, viewer)
    cases = Case.objects.none() if is_own else Case.objects.open().about(subject.kind, subject.pk)
    answers = Answer.objects.none() if is_own else Answer.objects.select_related("user").order_by("pk")
    past = Action.objects.order_by("-pk")
    actions = past.about(subject.kind, subject.pk).prefetch_related(
        Prefetch("answers", answers, to_attr="shown_answers")
    )
    others = past.exclude(kind=subject.kind.key, subject_id=subject.pk)
    return {
        "subject": subject,
        "is_own": is_own,
        "cases": list(_with_evidence(cases).order_by("pk")),
        "actions": list(actions[:PAST_ACTIONS]),
        "others": list(others.concerning(subject.author)[:PAST_ACTIONS]) if subject.author else [],
        "claims": _claims(subject),
        "votes": _votes(subject),
    }


def _claims(subject: Subject) -> list[AuthorClaim]:
    """Claims to the paper, or of the person, or the other ones of a claim's person."""
    claims = AuthorClaim.objects.select_related("user", "paper").order_by("-pk")
    match subject.row:
        case Paper():
            claims = claims.filter(paper=subject.row)
        case User():
            claims = claims.filter(user=subject.row)
        case AuthorClaim():
            claims = claims.filter(user=subject.row.user).exclude(pk=subject.pk)
        case _:
            return []
    return list(claims[:CLAIMS])


def _votes(subject: Subject) -> list[Vote]:
    """The votes for the paper that are under review."""
    if not isinstance(subject.row, Paper) or not subject.row.held_count:
        return []
    votes = Vote.objects.in_review().filter(paper=subject.row).select_related("user")
    return list(votes.order_by("created_at", "user")[:VOTES])


def forms_of(
    subject: Subject, found: dict, invalid: tuple[str, ReasonForm] | None
) -> list[tuple[Decision, ReasonForm]]:
    """The decisions that suit the subject with their forms, those first that only decide cases.

    `invalid` is the key of one with its form as it was sent.
    """
    if found["is_own"]:
        return []
    seen = _seen(found["actions"], found["cases"])
    rows = []
    for decision in (decision for decision in DECISIONS.values() if subject.kind.key in decision.kinds):
        is_possible = decision.applies_to(subject.row) if subject.row else decision.needs_case
        questions = decision.questions if subject.row else Question.values
        if not is_possible or (decision.needs_case and not any(case.question in questions for case in found["cases"])):
            continue
        initial = {"seen": seen} | (decision.initial(subject.row) if subject.row else {})
        if invalid and invalid[0] == decision.key:
            invalid[1].show(seen)
            rows.append((decision, invalid[1]))
        else:
            rows.append((decision, decision.form(initial=initial, auto_id=f"id_{decision.key}_%s")))
    return sorted(rows, key=lambda row: not row[0].needs_case)


def _seen(actions: list[Action], cases: list[Case]) -> Seen:
    """What a page with these actions and open cases shows."""
    flags = [flag.pk for case in cases for flag in case.flags.all()]
    answers = [answer.pk for case in cases for answer in case.answers.all()]
    return Seen(*(max(keys, default=0) for keys in ([action.pk for action in actions], flags, answers)))
