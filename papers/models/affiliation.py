from collections.abc import Collection

from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.utils import timezone

from lib.fields import LineField
from lib.refusals import BadInput, NotAllowed
from lib.text import one_line
from orgs.models import Event
from orgs.roles import SUGGEST, TAG


class State(models.TextChoices):
    """The states of a pair, from the weakest to the strongest."""

    REFUSED = "refused"
    SUGGESTED = "suggested"
    ACCEPTED = "accepted"


class AffiliationQuerySet(models.QuerySet):
    def accepted(self):
        """The accepted ones, in the order in which they were accepted."""
        return self.filter(state=State.ACCEPTED).order_by("since", "organisation")


class AffiliationManager(models.Manager.from_queryset(AffiliationQuerySet)):
    """Verbs that accept or refuse lock the actor and the paper first, because its row shows what was accepted.

    Each verb returns whether it changed something, and writes a line into the organisation's log if it did. It raises
    NotAllowed for an actor whose role in the organisation does not include it.
    """

    @transaction.atomic
    def suggest(self, actor, organisation, paper, reason: str = "") -> bool:
        """Suggest a pair that does not exist yet. Raises BadInput for a reason that is too long."""
        organisation.demand(actor, SUGGEST)
        reason, longest = one_line(reason), self.model._meta.get_field("reason").max_length
        if len(reason) > longest:
            raise BadInput(f"A reason has at most {longest} characters; this one has {len(reason)}.")
        values = {"state": State.SUGGESTED, "suggested_by": actor, "reason": reason}
        is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=values)[1]
        return self._record(actor, organisation, is_new, f"suggested “{paper}”")

    @transaction.atomic
    def withdraw(self, actor, organisation, paper) -> bool:
        """Take the actor's own suggestion back, unless it was decided on."""
        organisation.demand(actor, SUGGEST)
        own = self.filter(organisation=organisation, paper=paper, suggested_by=actor, state=State.SUGGESTED)
        return self._record(actor, organisation, bool(own.delete()[0]), f"withdrew the suggestion of “{paper}”")

    @transaction.atomic
    def accept(self, actor, organisation, paper) -> bool:
        """Make the paper one of the organisation's, whether it was suggested, refused or neither."""
        actor.lock()
        self._papers.filter(pk=paper.pk).lock()
        organisation.demand(actor, TAG)
        values = {"state": State.ACCEPTED, "suggested_by": actor, "decided_by": actor}
        is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=values)[1]
        changed = self._decide(actor, organisation, paper, State.ACCEPTED) or is_new
        return self._record(actor, organisation, changed, f"tagged “{paper}”")

    @transaction.atomic
    def refuse(self, actor, organisation, paper) -> bool:
        """Refuse a pair that is suggested or accepted."""
        actor.lock()
        self._papers.filter(pk=paper.pk).lock()
        organisation.demand(actor, TAG)
        changed = self._decide(actor, organisation, paper, State.REFUSED)
        return self._record(actor, organisation, changed, f"untagged or declined “{paper}”")

    @transaction.atomic
    def propose(self, actor, organisation, paper) -> bool:
        """Say as an author of the paper that it is the organisation's.

        It is accepted at once where nobody owns the organisation or the author's role includes that, and suggested
        otherwise. What the owners decided stays. Raises NotAllowed for somebody who is no author (AuthorClaim).
        """
        actor.lock()
        self._papers.filter(pk=paper.pk).lock()
        paper.author_claims.demand(actor)
        if not organisation.is_owned or organisation.allows(actor, TAG):
            values = {"state": State.ACCEPTED, "suggested_by": actor, "decided_by": actor}
            is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=values)[1]
            changed = self._decide(actor, organisation, paper, State.ACCEPTED) or is_new
            return self._record(actor, organisation, changed, f"tagged “{paper}” as one of its authors")
        values = {"state": State.SUGGESTED, "suggested_by": actor}
        is_new = self.get_or_create(organisation=organisation, paper=paper, defaults=values)[1]
        return self._record(actor, organisation, is_new, f"suggested “{paper}” as one of its authors")

    @transaction.atomic
    def disown(self, actor, organisation, paper) -> bool:
        """Say as an author of the paper that it is not the organisation's.

        Raises NotAllowed for somebody who is no author, and if the organisation's owners have accepted the paper.
        """
        actor.lock()
        self._papers.filter(pk=paper.pk).lock()
        paper.author_claims.demand(actor)
        pair = self.filter(organisation=organisation, paper=paper)
        if organisation.is_owned and pair.filter(is_guess=False, state=State.ACCEPTED).exists():
            raise NotAllowed(f"{organisation} has accepted this paper. Ask its owners to untag it.")
        changed = self._decide(actor, organisation, paper, State.REFUSED)
        return self._record(actor, organisation, changed, f"untagged “{paper}” as one of its authors")

    def _record(self, actor, organisation, changed: bool, text: str) -> bool:
        if changed:
            Event.objects.record(actor, organisation, text)
        return changed

    def _decide(self, actor, organisation, paper, state: State) -> bool:
        pair = self.filter(organisation=organisation, paper=paper).exclude(state=state)
        changed = pair.update(state=state, is_guess=False, decided_by=actor, since=timezone.now())
        self.refresh_organisation([paper.pk])
        return bool(changed)

    @transaction.atomic
    def guess(self, organisations: dict) -> None:
        """Replace what a source said of these papers before (paper id → organisation with `owned`, or None).

        A guess is accepted at once where nobody owns the organisation, and suggested otherwise. Pairs that somebody
        suggested or decided on stay.
        """
        self.filter(paper__in=organisations, is_guess=True).delete()
        self.bulk_create(
            [
                self.model(
                    paper_id=paper,
                    organisation=organisation,
                    state=State.SUGGESTED if organisation.owned else State.ACCEPTED,
                    is_guess=True,
                )
                for paper, organisation in organisations.items()
                if organisation
            ],
            ignore_conflicts=True,
        )
        self.refresh_organisation(organisations)

    @transaction.atomic
    def move(self, old, into) -> None:
        """Give all pairs of `old` to `into`; of a paper that has both, the stronger state stays."""
        of_old, of_into = (self.filter(organisation=one).annotate(strength=_STRENGTH) for one in (old, into))
        papers = list(of_old.values_list("paper", flat=True))
        self._papers.filter(pk__in=papers).lock()
        of_into.filter(Exists(of_old.filter(paper=OuterRef("paper"), strength__gt=OuterRef("strength")))).delete()
        of_old.filter(Exists(of_into.filter(paper=OuterRef("paper")))).delete()
        self.filter(organisation=old).update(organisation=into)
        self.refresh_organisation(papers)

    @transaction.atomic
    def dissolve(self, organisation) -> None:
        """Delete all pairs of an organisation that will be deleted; its papers show the next accepted one."""
        papers = list(self.filter(organisation=organisation).values_list("paper", flat=True))
        self._papers.filter(pk__in=papers).lock()
        self.filter(organisation=organisation).delete()
        self.refresh_organisation(papers)

    def refresh_organisation(self, papers: Collection[int]) -> None:
        """Write into the rows of these papers (ids) the organisation that was accepted first. They must be locked."""
        self._papers.misattributed().touch(papers, organisation=F("first"))

    @property
    def _papers(self):
        return self.model._meta.get_field("paper").related_model.objects


_STRENGTH = Case(*(When(state=state, then=number) for number, state in enumerate(State)))


class Affiliation(models.Model):
    """A pair of a paper and an organisation: that the paper is the organisation's, might be, or is not.

    `since` is when it came into its state. `is_guess`: an import created it, and nobody has decided on it.
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
