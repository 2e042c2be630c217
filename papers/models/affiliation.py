from collections.abc import Collection

from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import one_line
from orgs.models import Event


class State(models.TextChoices):
    """From the weakest to the strongest."""

    REFUSED = "refused"
    SUGGESTED = "suggested"
    ACCEPTED = "accepted"


class AffiliationQuerySet(models.QuerySet):
    def accepted(self):
        """In the order in which they were."""
        return self.filter(state=State.ACCEPTED).order_by("since", "organisation")


class AffiliationManager(models.Manager.from_queryset(AffiliationQuerySet)):
    """Every verb locks the paper first, so that what its row shows follows from what is accepted."""

    @transaction.atomic
    def suggest(self, organisation, paper, user, reason: str = "") -> bool:
        """True if the pair is new; one that stands already stays as it is. Raises BadInput for a long reason."""
        reason, longest = one_line(reason), self.model._meta.get_field("reason").max_length
        if len(reason) > longest:
            raise BadInput(f"A reason has at most {longest} characters; this one has {len(reason)}.")
        told = {"state": State.SUGGESTED, "suggested_by": user, "reason": reason}
        is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=told)[1]
        return self._tell(organisation, user, is_new, f"suggested “{paper}”")

    @transaction.atomic
    def withdraw(self, organisation, paper, user) -> bool:
        """Take one's own suggestion back; what was decided on stays. True if there was one."""
        own = self.filter(organisation=organisation, paper=paper, suggested_by=user, state=State.SUGGESTED)
        return self._tell(organisation, user, bool(own.delete()[0]), f"withdrew the suggestion of “{paper}”")

    @transaction.atomic
    def accept(self, organisation, paper, user) -> bool:
        """True if the paper was not the organisation's before."""
        self._lock([paper.pk])
        told = {"state": State.ACCEPTED, "suggested_by": user, "decided_by": user}
        is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=told)[1]
        changed = self._decide(organisation, paper, user, State.ACCEPTED) or is_new
        return self._tell(organisation, user, changed, f"tagged “{paper}”")

    @transaction.atomic
    def refuse(self, organisation, paper, user) -> bool:
        """Refuse what is suggested, or take back what was accepted. True if it was not refused before."""
        self._lock([paper.pk])
        changed = self._decide(organisation, paper, user, State.REFUSED)
        return self._tell(organisation, user, changed, f"untagged or refused “{paper}”")

    def _tell(self, organisation, user, changed: bool, text: str) -> bool:
        """In the organisation's log, what changed something."""
        if changed:
            Event.objects.tell(organisation, user, text)
        return changed

    def _decide(self, organisation, paper, user, state: State) -> bool:
        pair = self.filter(organisation=organisation, paper=paper).exclude(state=state)
        changed = pair.update(state=state, is_guess=False, decided_by=user, since=timezone.now())
        self.show([paper.pk])
        return bool(changed)

    @transaction.atomic
    def guess(self, told: dict) -> None:
        """What a source tells now (paper id → organisation with `owned`, or None), in place of what it told before.

        What nobody owns is accepted at once. What anybody decided on or suggested stays.
        """
        self.filter(paper__in=told, is_guess=True).delete()
        self.bulk_create(
            [
                self.model(
                    paper_id=paper,
                    organisation=organisation,
                    state=State.SUGGESTED if organisation.owned else State.ACCEPTED,
                    is_guess=True,
                )
                for paper, organisation in told.items()
                if organisation
            ],
            ignore_conflicts=True,
        )
        self.show(told)

    @transaction.atomic
    def move(self, old, into) -> None:
        """All that is the old organisation's becomes the other's; of a paper of both, the stronger state stays."""
        theirs, ours = (self.filter(organisation=one).annotate(strength=_STRENGTH) for one in (old, into))
        papers = list(theirs.values_list("paper", flat=True))
        self._lock(papers)
        ours.filter(Exists(theirs.filter(paper=OuterRef("paper"), strength__gt=OuterRef("strength")))).delete()
        theirs.filter(Exists(ours.filter(paper=OuterRef("paper")))).delete()
        self.filter(organisation=old).update(organisation=into)
        self.show(papers)

    @transaction.atomic
    def dissolve(self, organisation) -> None:
        """Before the organisation is deleted: its papers show the next one that was accepted."""
        papers = list(self.filter(organisation=organisation).values_list("paper", flat=True))
        self._lock(papers)
        self.filter(organisation=organisation).delete()
        self.show(papers)

    def show(self, papers: Collection[int]) -> None:
        """Let the rows of these papers show the organisation that was accepted first. They must be locked."""
        self._papers.misattributed().touch(papers, organisation=F("first"))

    def _lock(self, papers: Collection[int]) -> None:
        list(self._papers.filter(pk__in=papers).order_by("pk").select_for_update(no_key=True).values_list("pk"))

    @property
    def _papers(self):
        return self.model._meta.get_field("paper").related_model.objects


_STRENGTH = Case(*(When(state=state, then=place) for place, state in enumerate(State)))


class Affiliation(models.Model):
    """That a paper is an organisation's, or might be, or is not.

    `since`: when it came into its state. `is_guess`: an import made it, and nobody has decided on it.
    """

    pk = models.CompositePrimaryKey("paper", "organisation")
    paper = models.ForeignKey("papers.Paper", models.CASCADE, related_name="affiliations", db_index=False)
    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="affiliations", db_index=False)
    state = models.CharField(max_length=10, choices=State)
    since = models.DateTimeField(default=timezone.now)
    is_guess = models.BooleanField(default=False)
    suggested_by = models.ForeignKey("accounts.User", models.SET_NULL, related_name="+", null=True)
    decided_by = models.ForeignKey("accounts.User", models.SET_NULL, related_name="+", null=True)
    reason = LineField(max_length=280, blank=True)

    objects = AffiliationManager()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "state", "since", "paper"], name="affiliation_since"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="affiliation_state_known"),
            models.CheckConstraint(
                condition=Q(is_guess=False)
                | Q(suggested_by=None, decided_by=None, state__in=[State.SUGGESTED, State.ACCEPTED]),
                name="affiliation_guess_is_nobodys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper} ({self.organisation}, {self.state})"
