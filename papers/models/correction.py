from collections.abc import Collection

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils import timezone

from lib.conflicts import merge
from lib.refusals import BadInput, Conflict
from lib.text import one_line
from papers.models.affiliation import Affiliation
from papers.models.paper import Paper
from papers.models.searchentry import SearchEntry
from papers.signals import paper_corrected

LINKS = ("code_url", "project_url")
FIELDS = (*LINKS, "keywords")  # of a paper, which its authors may correct
LABELS = {"code_url": "Code", "project_url": "Project page", "keywords": "Keywords", "organisation": "Organisation"}
MAX_KEYWORDS = 20
_check_url = URLValidator(schemes=["http", "https"])


class CorrectionManager(models.Manager):
    @transaction.atomic
    def make(self, actor, paper: Paper, values: dict, base: dict[str, str]) -> "Correction | None":
        """Correct a paper as one of its authors, and return the correction; None if nothing is other than before.

        `values` has all FIELDS, and `base` the digests of those that the form began with (`lib.conflicts`). No import
        replaces what was corrected. Raises NotAllowed without a granted claim, BadInput, Gone, and Conflict if somebody
        else has corrected the same meanwhile.
        """
        actor.lock()
        paper.lock()
        paper.author_claims.demand(actor)
        paper.refresh_from_db(fields=[*FIELDS, "corrected"])
        stored = {name: getattr(paper, name) for name in FIELDS}
        changed, conflicts, _ = merge({name: _cleaned(name, values[name]) for name in FIELDS}, stored, base)
        if conflicts:
            raise Conflict("Another author has corrected this paper at the same time. Compare, then save again.")
        changes = {name: [stored[name], value] for name, value in changed.items() if value != stored[name]}
        if not changes:
            return None
        self._write(paper, {name: new for name, (_, new) in changes.items()}, {*paper.corrected, *changes})
        return self._log(actor, paper, changes)

    @transaction.atomic
    def affiliate(self, actor, paper: Paper, organisation) -> bool:
        """Say as an author that the paper is the organisation's. See `Affiliation.objects.propose`."""
        is_new = Affiliation.objects.propose(actor, organisation, paper)
        if is_new:
            self._log(actor, paper, {"organisation": ["", organisation.slug]})
        return is_new

    @transaction.atomic
    def disaffiliate(self, actor, paper: Paper, organisation) -> bool:
        """Say as an author that the paper is not the organisation's. See `Affiliation.objects.disown`."""
        is_new = Affiliation.objects.disown(actor, organisation, paper)
        if is_new:
            self._log(actor, paper, {"organisation": [organisation.slug, ""]})
        return is_new

    def undo(self, person, paper: Paper) -> None:
        """Undo what this person, who proved to be no author, has corrected and nobody has corrected since.

        The paper is locked. Imports may change these fields again. Organisations decide on their papers themselves.
        """
        paper.refresh_from_db(fields=[*FIELDS, "corrected"])
        values = {}
        for correction in self.filter(paper=paper, actor=person).order_by("-pk"):
            for name, (old, new) in correction.changes.items():
                if name in FIELDS and values.get(name, getattr(paper, name)) == new:
                    values[name] = old
        if values:
            self._write(paper, values, set(paper.corrected) - values.keys())

    def _write(self, paper: Paper, values: dict, corrected: Collection[str]) -> None:
        _relink(paper, {name: value for name, value in values.items() if name in LINKS})
        others = {name: value for name, value in values.items() if name not in LINKS}
        Paper.objects.touch([paper.pk], corrected=sorted(corrected), **others)
        paper.refresh_from_db(fields=[*FIELDS, "corrected", "revision"])
        if "keywords" in values:
            SearchEntry.objects.refresh([paper], {paper.pk: paper.author_names()})

    def _log(self, actor, paper: Paper, changes: dict) -> "Correction":
        correction = self.create(paper=paper, actor=actor, changes=changes)
        paper_corrected.send(Correction, actor=actor, paper=paper, changes=changes)
        return correction


class Correction(models.Model):
    """What an author has corrected of a paper at once: `changes` are {field: [old value, new value]}.

    The field `organisation` stands for the slug of one that the paper is, or is not, a paper of.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="corrections")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="corrections", null=True)
    changes = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = CorrectionManager()

    def __str__(self) -> str:
        return f"{', '.join(self.changes)} of {self.paper}"

    @property
    def described(self) -> list[dict[str, str]]:
        """What was changed, for people: dictionaries of `label`, `old` and `new`."""
        return [
            {"label": LABELS[name], "old": _text(old), "new": _text(new)} for name, (old, new) in self.changes.items()
        ]


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _relink(paper: Paper, links: dict[str, str]) -> None:
    """Set these links. What is stored about the repository of another code link is not about the new one's."""
    stars = {"code_stars": None} if "code_url" in links else {}
    Paper.objects.filter(pk=paper.pk).update(**links, **stars)


def _cleaned(name: str, value):
    """The value as it is stored. Raises BadInput."""
    if name not in LINKS:
        return _keywords(value)
    url = one_line(value)
    try:
        if url:
            _check_url(url)
    except ValidationError:
        raise BadInput(f"“{url[:80]}” is no complete address that begins with https://.") from None
    if len(url) > Paper._meta.get_field(name).max_length:
        raise BadInput("This address is too long.")
    return url


def _keywords(words: Collection[str]) -> list[str]:
    keywords = list(dict.fromkeys(filter(None, map(one_line, words))))
    longest = Paper._meta.get_field("keywords").base_field.max_length
    if len(keywords) > MAX_KEYWORDS:
        raise BadInput(f"A paper has at most {MAX_KEYWORDS} keywords; these are {len(keywords)}.")
    if long := next((word for word in keywords if len(word) > longest), ""):
        raise BadInput(f"“{long[:40]}…” is longer than {longest} characters.")
    return keywords
