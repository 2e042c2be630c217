"""Models, datasets and demos that belong to papers."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone

from lib.fields import LineField, UrlLineField
from lib.refusals import BadInput, Gone, NotAllowed
from lib.text import line, one_line
from papers import hub_addresses
from papers.lengths import MAX_ARTEFACT, MAX_URL
from papers.models.correction import Correction
from papers.models.counts import count_of
from papers.models.links import LinkSource, source_of
from papers.models.paper import Paper

MAX_ADDED = 40  # by people, on a paper
_check_url = URLValidator(["https"])


class ArtefactKind(models.TextChoices):
    MODEL = "model"
    DATASET = "dataset"
    DEMO = "demo"

    @property
    def counter(self) -> str:
        """The field of Paper that counts those of this kind."""
        return f"{self}_count"


class ArtefactQuerySet(models.QuerySet):
    def kept(self):
        """Those that nobody has removed."""
        return self.filter(removed_at=None)

    def most_liked_first(self):
        """Models, then datasets, then demos; of each kind, those whose likes are not known come last."""
        rank = Case(*(When(kind=kind, then=number) for number, kind in enumerate(ArtefactKind)))
        return self.order_by(rank, F("likes").desc(nulls_last=True), "name", "pk")


def artefact_counters() -> dict:
    """The counters of a paper that follow from its artefacts, as expressions."""
    kept = Artefact.objects.kept()
    return {kind.counter: count_of(kept.filter(kind=kind), "paper") for kind in ArtefactKind}


class ArtefactManager(models.Manager.from_queryset(ArtefactQuerySet)):
    @transaction.atomic
    def add(self, actor, paper: Paper, kind: str, url: str) -> "Artefact":
        """Add the artefact at this address to the paper, and return it; doing it again changes nothing.

        An address at the Hub says the kind by itself. Who adds what is there already stands for it from then on, if
        that is of higher authority (see LinkSource). Raises NotAllowed for anybody but authors, the submitter and
        moderators, and for what somebody of higher authority has removed, BadInput, and Gone.
        """
        actor.lock()
        paper.lock()
        source = source_of(actor, paper)
        kind, url, name = _described(kind, url)
        row = self.filter(paper=paper, url=url).first()
        if row is None:
            row = Artefact(paper=paper, url=url, source=LinkSource.AUTOMATIC)
        is_new = row.pk is None or row.removed_at is not None
        if row.removed_at:
            row.demand_authority(actor, source)
        if is_new and self.kept().filter(paper=paper).exclude(source=LinkSource.IMPORT).count() >= MAX_ADDED:
            raise BadInput(f"People can add {MAX_ADDED} models, datasets and demos to a paper. Remove one first.")
        if is_new or source.outranks(row.source):
            row.store(actor, source, kind=kind, name=name, added_by=actor, added_at=timezone.now(), removed_at=None)
        return row


class Artefact(models.Model):
    """A model, dataset or demo that belongs to a paper.

    `name` is such as "organisation/name" at the Hub, and elsewhere the address without its scheme. One that a person
    removed keeps its row with that person's `source`, so that no import brings it back. `likes` and `downloads` are the
    source's, if it has them.
    """

    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="artefacts", db_index=False)
    kind = models.CharField(max_length=7, choices=ArtefactKind)
    name = LineField(max_length=MAX_ARTEFACT)
    url = UrlLineField(max_length=MAX_URL)
    likes = models.PositiveIntegerField(null=True, blank=True)
    downloads = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=9, choices=LinkSource, default=LinkSource.IMPORT)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="artefacts", null=True, blank=True
    )
    added_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ArtefactManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["paper", "url"], name="artefact_once_a_paper"),
            models.CheckConstraint(condition=Q(kind__in=ArtefactKind.values), name="artefact_kind_known"),
            models.CheckConstraint(
                condition=Q(source__in=["moderator", "author", "submitter"])
                | Q(source="import", added_by=None, removed_at=None),
                name="artefact_imported_or_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @transaction.atomic
    def remove(self, actor) -> None:
        """Take the artefact off the paper, so that no import brings it back; doing it again changes nothing.

        Raises NotAllowed for anybody but authors, the submitter and moderators, and for what somebody of higher
        authority has added, and Gone.
        """
        actor.lock()
        self.paper.lock()
        try:
            self.refresh_from_db(fields=["source", "removed_at", "added_by"])
        except Artefact.DoesNotExist:
            raise Gone("This is not listed any more.") from None
        source = source_of(actor, self.paper)
        if self.removed_at is None:
            self.demand_authority(actor, source)
            self.store(actor, source, removed_at=timezone.now())

    def demand_authority(self, actor, source: LinkSource) -> None:
        """Raises NotAllowed if somebody of higher authority than this source has added or removed it."""
        if not actor.is_moderator and LinkSource(self.source).outranks(source):
            owner = {LinkSource.MODERATOR: "A moderator", LinkSource.AUTHOR: "An author"}[LinkSource(self.source)]
            change = "removed" if self.removed_at else "added"
            raise NotAllowed(f"{owner} {change} this {self.get_kind_display().lower()}. If that is wrong, report it.")

    def store(self, actor, source: LinkSource, **values) -> None:
        """Write these values, which the actor gave as this source, and touch the paper.

        It is logged as a correction, which names the actor, unless that is the submitter, who may hide that they are.
        """
        was_kept, former = self.pk is not None and self.removed_at is None, self.source if self.pk else ""
        for name, value in (values | {"source": source}).items():
            setattr(self, name, value)
        self.save()
        change = [self.url if was_kept else "", self.url if self.removed_at is None else ""]
        Paper.objects.touch([self.paper_id], **artefact_counters())
        if source != LinkSource.SUBMITTER:
            Correction.objects.log(actor, self.paper, {self.kind: change}, {self.kind: former})


def _described(kind: str, url: str) -> tuple[str, str, str]:
    """The kind, the address and the name of the artefact at this address. Raises BadInput."""
    url = one_line(url)
    try:
        _check_url(url)
        split = urlsplit(url)
        host = (split.hostname or "").encode("idna").decode()
    except (ValidationError, ValueError):
        raise BadInput("Enter a complete address that begins with https://.") from None
    if split.username is not None or len(url) > MAX_URL:
        raise BadInput(f"The address has to have at most {MAX_URL} characters, and no username.")
    if kind not in ArtefactKind.values:
        raise BadInput("Choose whether it is a model, a dataset or a demo.")
    if found := hub_addresses.parse(url):
        return found[0], hub_addresses.url(*found), found[1]
    return kind, url, line(f"{host.removeprefix('www.')}{split.path.rstrip('/')}", MAX_ARTEFACT)
