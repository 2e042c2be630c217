import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import unproven_mail
from lib import template_mail
from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import quoted
from orgs import signals
from orgs.models.event import Event
from orgs.models.membership import Membership
from orgs.roles import APPOINT, INVITE, MAY, Role

LASTS = timedelta(days=14)
OPEN_AT_MOST = 50  # of one organisation
SENT_A_DAY = 20  # by one person


class State(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"


def deed_for(role: str) -> str:
    """What one must be allowed to do to bring somebody into this role."""
    return INVITE if role == Role.MEMBER else APPOINT


class InvitationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=State.OPEN, expires_at__gt=timezone.now())

    def lapse(self, inviter, role: str | None) -> int:
        """Revoke what somebody sent who has only this role now and could not send it any more; how many."""
        lost = [to for to in Role if deed_for(to) not in MAY.get(role, ())]
        return self.open().filter(inviter=inviter, role__in=lost).update(state=State.REVOKED)


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):
    @transaction.atomic
    def send(self, actor, organisation, invited: str, role: str) -> "Invitation":
        """Invite a user name, or a mail address; the same one again while it is open changes nothing.

        Raises ValidationError for whom it cannot reach and past what is allowed in number. Never tells whether
        an address has an account, or whether a mail has gone to it: what was typed is compared with what was typed.
        """
        organisation.lock()
        organisation.demand(actor, deed_for(role))
        here, invited = self.filter(organisation=organisation, state=State.OPEN), invited.lower()
        here.filter(expires_at__lte=timezone.now()).update(state=State.EXPIRED)
        if standing := here.filter(invited=invited).first():
            return standing
        self._refuse_too_many(actor, organisation)
        token = secrets.token_urlsafe(32)
        invitation = self.create(
            organisation=organisation,
            inviter=actor,
            invited=invited,
            email=_address(organisation, invited),
            role=role,
            digest=_digest(token),
            expires_at=timezone.now() + LASTS,
        )
        Event.objects.tell(organisation, actor, f"invited {invitation.named} as {invitation.as_role}")
        link = settings.BASE_URL + reverse("orgs:invitation", args=[token])
        if unproven_mail.may_send(invitation.email):
            context = {"invitation": invitation, "link": link}
            subject = f"Invitation to {quoted(organisation)}"
            template_mail.post("orgs/mail/invitation.txt", invitation.email, subject, context)
        signals.invited.send(Invitation, invitation=invitation)
        return invitation

    def of(self, token: str) -> "Invitation":
        """Raises DoesNotExist."""
        return self.select_related("organisation", "inviter").get(digest=_digest(token))

    def _refuse_too_many(self, actor, organisation) -> None:
        actor.lock()
        if self.open().filter(organisation=organisation).count() >= OPEN_AT_MOST:
            raise ValidationError(f"{OPEN_AT_MOST} invitations are open, which is as many as there can be. Revoke one.")
        if self.filter(inviter=actor, created_at__gt=timezone.now() - timedelta(days=1)).count() >= SENT_A_DAY:
            raise ValidationError(f"You have sent {SENT_A_DAY} invitations today; tomorrow is another day.")


class Invitation(models.Model):
    """An offer to become a member, by a link that works once, for whoever has confirmed the address it went to.

    `invited` is what was typed, a user name or an address, in lower case. The link's token is kept as a digest only.
    """

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_invitations")
    invited = LineField(max_length=254)
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = InvitationManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "invited"], condition=models.Q(state="open"), name="invitation_open_once"
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="invitation_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.named} to {self.organisation}"

    @property
    def named(self) -> str:
        """As the log names it: a user name, or the domain of an address."""
        _, at, domain = self.invited.rpartition("@")
        return f"an address at {domain}" if at else self.invited

    @property
    def as_role(self) -> str:
        return Role(self.role).with_article

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN and self.expires_at > timezone.now()

    @property
    def fate(self) -> str:
        """What became of one that is not open: "was revoked", say."""
        return f"was {self.state}" if self.state not in (State.OPEN, State.EXPIRED) else "has expired"

    def is_for(self, user) -> bool:
        return user.is_authenticated and self.email in user.confirmed_addresses()

    @transaction.atomic
    def accept(self, user) -> None:
        """Make the user a member; who is one already keeps the role. Raises PermissionDenied and BadInput."""
        if self._take(user, State.ACCEPTED):
            role = {"role": self.role}
            Membership.objects.get_or_create(organisation=self.organisation, user=user, defaults=role)
            Event.objects.tell(self.organisation, user, f"accepted the invitation of {self.inviter}")
        elif not self.organisation.role_of(user):
            raise BadInput(self._closed)

    @transaction.atomic
    def refuse(self, user) -> None:
        """Raises PermissionDenied and BadInput."""
        if self._take(user, State.REFUSED):
            Event.objects.tell(self.organisation, user, f"refused the invitation of {self.inviter}")

    @transaction.atomic
    def revoke(self, actor) -> None:
        """One that is not open any more stays as it is."""
        self.organisation.lock()
        self.organisation.demand(actor, deed_for(self.role))
        if Invitation.objects.filter(pk=self.pk, state=State.OPEN).update(state=State.REVOKED):
            Event.objects.tell(self.organisation, actor, f"revoked the invitation of {self.named}")

    @property
    def _closed(self) -> str:
        return f"This invitation is not open any more: it {self.fate}. Ask for a new one."

    def _take(self, user, state: State) -> bool:
        """Use it up; False if this user has done the same before."""
        self.organisation.lock()
        self.refresh_from_db(fields=["state"])
        if not self.is_for(user):
            raise PermissionDenied("This invitation went to an address that your account has not confirmed.")
        if self.is_open:
            self.state = state
            self.save(update_fields=["state"])
            return True
        if self.state != state:
            raise BadInput(self._closed)
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(organisation, invited: str) -> str:
    """Where the letter goes. Raises ValidationError for a user name that no letter can reach."""
    if "@" in invited:
        validate_email(invited)
        return invited
    user = get_user_model().objects.filter(username__iexact=invited, is_active=True).first()
    if user is None:
        raise ValidationError({"invited": f"Nobody here has the user name “{invited}”."})
    if organisation.role_of(user):
        raise ValidationError({"invited": f"{user} is a member already."})
    for address in user.confirmed_addresses():
        return address
    raise ValidationError({"invited": f"{user} has no confirmed address that a letter could reach."})
