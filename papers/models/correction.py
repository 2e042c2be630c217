from collections.abc import Collection

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from lib.conflicts import merge
from lib.refusals import BadInput, Conflict
from lib.text import one_line
from papers.models.affiliation import Affiliation
from papers.models.links import LinkSource
from papers.models.paper import Paper
from papers.models.searchentry import SearchEntry
from papers.signals import paper_corrected

LINKS = ("code_url", "project_url")
FIELDS = (*LINKS, "keywords")  # of a paper, which its authors may correct
LABELS = {
    "code_url": "Code",
    "project_url": "Project page",
    "keywords": "Keywords",
    "organisation": "Organisation",
    "suggestion": "Organisation, suggested to its owners",
    "summary": "Summary",
    "summary_state": "Summary",
    "model": "Model",
    "dataset": "Dataset",
    "demo": "Demo",
}
MAX_KEYWORDS = 20


class CorrectionQuerySet(models.QuerySet):
    def latest_first(self):
        """With who made them."""
        return self.select_related("actor").order_by("-pk")


class CorrectionManager(models.Manager.from_queryset(CorrectionQuerySet)):
    @transaction.atomic
    def make(self, actor, paper: Paper, values: dict, base: dict[str, str]) -> "Correction | None":
        """Correct a paper as one of its authors, and return the correction; None if nothing is other than before.

        `values` has all FIELDS, and `base` the digests of those that the form began with (`lib.conflicts`). No import
        replaces what was corrected (see `LinkSource` and `Paper.keywords_corrected`). Raises NotAllowed without a
        granted claim, BadInput, Gone, and Conflict if somebody else has corrected the same meanwhile.
        """
        actor.lock()
        paper.lock()
        paper.author_claims.demand(actor)
        stored = {name: getattr(paper, name) for name in FIELDS}
        cleaned = {name: one_line(values[name]) for name in LINKS} | {"keywords": _keywords(values["keywords"])}
        changed, conflicts, _ = merge(cleaned, stored, base)
        if conflicts:
            raise Conflict("Another author has corrected this paper at the same time. Compare, then save again.")
        changes = {name: [stored[name], value] for name, value in changed.items() if value != stored[name]}
        if not changes:
            return None
        sources = {name: getattr(paper, source_field(name)) for name in changes if name in LINKS}
        for name, (_, new) in changes.items():
            self._write(actor, paper, name, new, LinkSource.AUTHOR)
        return self.log(actor, paper, changes, sources)

    @transaction.atomic
    def affiliate(self, actor, paper: Paper, organisation) -> bool:
        """Say as an author that the paper is the organisation's. See `Affiliation.objects.propose`."""
        is_new = Affiliation.objects.propose(actor, organisation, paper)
        if is_new:
            is_accepted = paper.affiliations.accepted().filter(organisation=organisation).exists()
            self.log(actor, paper, {"organisation" if is_accepted else "suggestion": ["", organisation.name]})
        return is_new

    @transaction.atomic
    def disaffiliate(self, actor, paper: Paper, organisation) -> bool:
        """Say as an author that the paper is not the organisation's. See `Affiliation.objects.disown`."""
        is_new = Affiliation.objects.disown(actor, organisation, paper)
        if is_new:
            self.log(actor, paper, {"organisation": [organisation.name, ""]})
        return is_new

    def undo(self, actor, person, paper: Paper) -> dict[str, list]:
        """Undo what this person, who proved to be no author, has corrected and nobody has corrected since.

        The actor is a moderator, and the paper is locked. Imports may change the keywords again. Organisations decide
        on their papers themselves. Returns what was undone as JSON for `redo`: {field: [former value, value now]}.
        """
        paper.refresh_from_db(fields=FIELDS)
        former = {}
        for correction in self.filter(paper=paper, actor=person).order_by("-pk"):
            for name, (old, new) in correction.changes.items():
                value = former[name][0] if name in former else getattr(paper, name, None)
                if name in FIELDS and value == new:
                    former[name] = (old, correction.sources.get(name, LinkSource.IMPORT))
        undone = {name: [getattr(paper, name), old] for name, (old, _) in former.items()}
        for name, (old, source) in former.items():
            self._write(actor, paper, name, old, source)
        return undone

    def redo(self, actor, paper: Paper, undone: dict[str, list]) -> None:
        """Make the corrections again that `undo` has undone, where nobody has changed the paper since.

        The actor is a moderator, and the paper is locked.
        """
        paper.refresh_from_db(fields=FIELDS)
        for name, (corrected, value) in undone.items():
            if getattr(paper, name) == value:
                self._write(actor, paper, name, corrected, LinkSource.AUTHOR)

    def _write(self, actor, paper: Paper, name: str, value, source: str) -> None:
        """Set one of FIELDS to a value that comes from this source."""
        if name in LINKS:
            Paper.objects.relink(actor, paper, **{name: value}, source=LinkSource(source))
        else:
            is_corrected = source == LinkSource.AUTHOR
            Paper.objects.touch([paper.pk], keywords=value, keywords_corrected=is_corrected)
            paper.refresh_from_db(fields=["keywords", "keywords_corrected", "revision"])
            SearchEntry.objects.refresh([paper], {paper.pk: paper.author_names()})

    def log(self, actor, paper: Paper, changes: dict, sources: dict | None = None) -> "Correction":
        """Note what the actor has corrected, and tell the apps above of it."""
        correction = self.create(paper=paper, actor=actor, changes=changes, sources=sources or {})
        paper_corrected.send(Correction, actor=actor, paper=paper, changes=changes)
        return correction


class Correction(models.Model):
    """What an author has corrected of a paper at once: `changes` are {field: [old value, new value]}.

    The field `organisation` stands for the name of one that the paper is, or is not, a paper of, and `suggestion` for
    that of one whose owners decide. `summary` stands for whose text it is, `summary_state` for whether it is shown, and
    the kinds of artefacts for the address of one. `sources` are the former sources of links and artefacts that were
    changed.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="corrections")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="corrections", null=True)
    changes = models.JSONField()
    sources = models.JSONField(default=dict)
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


def source_field(link: str) -> str:
    """The name of the field with the source of this link."""
    return link.replace("_url", "_source")


def _text(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _keywords(words: Collection[str]) -> list[str]:
    keywords = list(dict.fromkeys(filter(None, map(one_line, words))))
    longest = Paper._meta.get_field("keywords").base_field.max_length
    if len(keywords) > MAX_KEYWORDS:
        raise BadInput(f"A paper has at most {MAX_KEYWORDS} keywords; these are {len(keywords)}.")
    if long := next((word for word in keywords if len(word) > longest), ""):
        raise BadInput(f"“{long[:40]}…” is longer than {longest} characters.")
    return keywords
