from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from accounts.moderators import demand_moderator
from lib import locks
from lib.refusals import Conflict, NotAllowed
from orgs.models.event import Event
from orgs.models.membership import Membership
from orgs.roles import Role
from orgs.signals import claim_decided

CLAIMS_A_DAY = 5  # by one person


class State(models.TextChoices):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"


def proof(user, organisation) -> str:
    """The user's confirmed mail address at the organisation's domain or a subdomain of it; "" if there is none."""
    domain = organisation.domain
    for address in user.confirmed_addresses() if domain else ():
        host = address.rpartition("@")[2]
        if host == domain or host.endswith(f".{domain}"):
            return address
    return ""


class ClaimQuerySet(models.QuerySet):
    def waiting(self):
        """The open claims with what a queue shows; `owned` is whether somebody owns the page by now."""
        owners = Membership.objects.owners().filter(organisation=models.OuterRef("organisation"))
        return (
            self.filter(state=State.OPEN).select_related("organisation", "user").annotate(owned=models.Exists(owners))
        )


class ClaimManager(models.Manager.from_queryset(ClaimQuerySet)):
    @transaction.atomic
    def prove(self, user, organisation) -> None:
        """Make the user the owner of a page that nobody owns, by an address at its domain. A second time is no error.

        Raises NotAllowed without such an address, and if somebody else owns the page by now.
        """
        organisation.lock()
        user.demand_active()
        address = proof(user, organisation)
        if not address:
            raise NotAllowed(f"None of your confirmed addresses is at {organisation}'s domain.")
        if organisation.role_of(user) != Role.OWNER:
            _own(user, organisation)
            domain = address.rpartition("@")[2]
            Event.objects.record(user, organisation, f"claimed the page with an address at {domain}")

    @transaction.atomic
    def ask(self, user, organisation, reason: str) -> "Claim":
        """Ask moderators to make the user the owner. An open claim of this user stays, whatever the reason is now.

        Raises NotAllowed if somebody owns the page, ValidationError without a confirmed address that the answer could
        be sent to, and past CLAIMS_A_DAY.
        """
        organisation.lock()
        demand_unowned(organisation)
        if not user.confirmed_addresses():
            raise ValidationError(
                "Confirm an email address first (Settings, Email address); the decision is sent there."
            )
        user.lock()
        today = self.filter(user=user, created_at__gt=timezone.now() - timedelta(days=1))
        if today.exclude(organisation=organisation, state=State.OPEN).count() >= CLAIMS_A_DAY:
            raise ValidationError(f"You can send {CLAIMS_A_DAY} claims a day. Try again tomorrow.")
        claim, is_new = self.get_or_create(
            organisation=organisation, user=user, state=State.OPEN, defaults={"reason": reason}
        )
        if is_new:
            Event.objects.record(user, organisation, "sent moderators a claim to this page")
        return claim


class Claim(models.Model):
    """A request to become the owner of a page that nobody owns, for moderators to decide."""

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.TextField(max_length=2000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClaimManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], condition=models.Q(state="open"), name="claim_open_once"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="claim_state_known"),
            models.CheckConstraint(
                condition=models.Q(state="open") ^ models.Q(decided_at__isnull=False), name="claim_decided_or_open"
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="claim_queue")]

    def __str__(self) -> str:
        return f"{self.user} claims {self.organisation}"

    @transaction.atomic
    def grant(self, moderator, answer: str) -> None:
        """Make the claimant the owner. Raises NotAllowed if somebody owns the page by now. See `_decide`."""
        if self._decide(moderator, State.GRANTED, answer):
            _own(self.user, self.organisation)
            text = f"approved the claim of {self.user}, who is an owner now"
            Event.objects.record(moderator, self.organisation, text)

    @transaction.atomic
    def refuse(self, moderator, answer: str) -> None:
        """Leave the page without an owner. See `_decide`."""
        if self._decide(moderator, State.REFUSED, answer):
            Event.objects.record(moderator, self.organisation, f"declined the claim of {self.user}")

    def _decide(self, moderator, state: State, answer: str) -> bool:
        """Write the decision. False if it was decided like this before.

        Raises NotAllowed for an actor who is no moderator, Conflict if it was decided otherwise.
        """
        self.organisation.lock()
        demand_moderator(moderator)
        locks.lock_row(self, "This claim was just deleted.")
        if self.state != State.OPEN:
            if self.state == state:
                return False
            raise Conflict("This claim was already decided.")
        self.state, self.answer = state, answer
        self.decided_by, self.decided_at = moderator, timezone.now()
        self.save()
        claim_decided.send(Claim, claim=self)
        return True


def demand_unowned(organisation) -> None:
    """Raises NotAllowed for an organisation that somebody owns: its page cannot be claimed."""
    if organisation.is_owned:
        raise NotAllowed(f"{organisation} has an owner. Ask for an invitation.")


def _own(user, organisation) -> None:
    demand_unowned(organisation)
    role = {"role": Role.OWNER}
    Membership.objects.update_or_create(organisation=organisation, user=user, defaults=role)
