import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import unproven_mail
from lib import locks, mailboxes, template_mail
from lib.fields import LineField, MailField
from lib.refusals import Conflict, Gone, NotAllowed
from lib.text import quoted
from orgs import signals
from orgs.models.event import Event
from orgs.models.membership import Membership
from orgs.roles import APPOINT, INVITE, MAY, Role

LASTS = timedelta(days=14)
KEPT = timedelta(days=30)  # after that, whatever became of it
OPEN_AT_MOST = 50  # of one organisation
SENT_A_DAY = 20  # by one person


class State(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"


def permission_for(role: str) -> str:
    """The permission to invite somebody into this role (see `orgs.roles`)."""
    return INVITE if role == Role.MEMBER else APPOINT


class InvitationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=State.OPEN, expires_at__gt=timezone.now())

    def addressed_to(self, user):
        """Invitations that were sent to an address that the user has confirmed."""
        return self.filter(email__in=user.confirmed_addresses())

    def lapse(self, inviter, role: str | None) -> int:
        """Revoke the open invitations of an inviter that this role, or None, does not allow to send.

        Returns how many they were.
        """
        forbidden = [to for to in Role if permission_for(to) not in MAY.get(role, ())]
        return self.open().filter(inviter=inviter, role__in=forbidden).update(state=State.REVOKED)


class InvitationManager(models.Manager.from_queryset(InvitationQuerySet)):
    @transaction.atomic
    def send(self, actor, organisation, invited: str, role: str) -> "Invitation":
        """Invite a user name or a mail address; while an invitation of the same one is open, return that one.

        Raises ValidationError for a user whom no mail can reach, past OPEN_AT_MOST and past SENT_A_DAY. Nobody learns
        whether an address has an account or whether a mail was sent to it, because addresses are compared as they
        were typed.
        """
        organisation.lock()
        organisation.demand(actor, permission_for(role))
        open_ones, invited = self.filter(organisation=organisation, state=State.OPEN), mailboxes.canonical(invited)
        open_ones.filter(expires_at__lte=timezone.now()).update(state=State.EXPIRED)
        if existing := open_ones.filter(invited=invited).first():
            return existing
        self._demand_few(actor, organisation)
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
        Event.objects.record(actor, organisation, f"invited {invitation.named} as {invitation.as_role}")
        invitation.mail(settings.BASE_URL + reverse("orgs:invitation", args=[token]))
        signals.invited.send(Invitation, invitation=invitation)
        return invitation

    def of(self, token: str) -> "Invitation":
        """The invitation with this token in its link. Raises Gone if there is none."""
        found = self.select_related("organisation", "inviter").filter(digest=_digest(token)).first()
        if found is None:
            raise Gone
        return found

    def latest_to(self, user, slug: str) -> "Invitation":
        """The latest invitation to this organisation that was sent to the user, an open one first.

        Raises Gone if there is none.
        """
        rows = self.select_related("organisation", "inviter").addressed_to(user).filter(organisation__slug=slug)
        found = rows.open().order_by("-pk").first() or rows.order_by("-pk").first()
        if found is None:
            raise Gone
        return found

    def forget(self) -> None:
        """Delete invitations whose time was over KEPT ago, with the addresses that they were sent to."""
        self.filter(expires_at__lt=timezone.now() - KEPT).delete()

    def _demand_few(self, actor, organisation) -> None:
        """Raises ValidationError past OPEN_AT_MOST and past SENT_A_DAY."""
        actor.lock()
        if self.open().filter(organisation=organisation).count() >= OPEN_AT_MOST:
            raise ValidationError(f"{OPEN_AT_MOST} invitations are open, which is the maximum. Revoke one first.")
        if self.filter(inviter=actor, created_at__gt=timezone.now() - timedelta(days=1)).count() >= SENT_A_DAY:
            raise ValidationError(f"You can send {SENT_A_DAY} invitations a day. Try again tomorrow.")


class Invitation(models.Model):
    """An offer to become a member, which works once, for whoever has confirmed the address it was sent to.

    `invited` is the user name that was typed, in lower case, or the address in its canonical form. Of the link's token
    only a digest is kept.
    """

    organisation = models.ForeignKey("orgs.Organisation", models.CASCADE, related_name="invitations")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="sent_invitations")
    invited = LineField(max_length=254)
    email = MailField()
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
        """What the log calls the person who was invited: the user name, or the domain of the address."""
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
        """What became of an invitation that is not open, such as "was revoked", to follow a subject."""
        if self.state in (State.OPEN, State.EXPIRED):
            return "has expired"
        return "was declined" if self.state == State.REFUSED else f"was {self.state}"

    def is_for(self, user) -> bool:
        """Whether the user has confirmed the address that it was sent to."""
        return user.is_authenticated and self.email in user.confirmed_addresses()

    @transaction.atomic
    def accept(self, user) -> None:
        """Make the user a member; one who is a member already keeps the role. See `_use`."""
        if self._use(user, State.ACCEPTED):
            role = {"role": self.role}
            Membership.objects.get_or_create(organisation=self.organisation, user=user, defaults=role)
            Event.objects.record(user, self.organisation, f"accepted the invitation of {self.inviter}")
        elif not self.organisation.role_of(user):
            raise Conflict(self._closed)

    @transaction.atomic
    def refuse(self, user) -> None:
        """Use the invitation up without becoming a member. See `_use`."""
        if self._use(user, State.REFUSED):
            Event.objects.record(user, self.organisation, f"declined the invitation of {self.inviter}")

    @transaction.atomic
    def revoke(self, actor) -> None:
        """Make the link useless; an invitation that is not open any more stays as it is."""
        self.organisation.lock()
        self.organisation.demand(actor, permission_for(self.role))
        if Invitation.objects.filter(pk=self.pk, state=State.OPEN).update(state=State.REVOKED):
            Event.objects.record(actor, self.organisation, f"revoked the invitation of {self.named}")

    @property
    def _closed(self) -> str:
        return f"This invitation is no longer open: it {self.fate}. Ask for a new one."

    def mail(self, link: str) -> None:
        """Send the link, unless too many mails have gone to this address without being wanted."""
        if unproven_mail.may_send(self.email):
            context = {"invitation": self, "link": link}
            subject = f"Invitation to {quoted(self.organisation)}"
            template_mail.post("orgs/mail/invitation.txt", self.email, subject, context)

    def _use(self, user, state: State) -> bool:
        """Write the new state. False if it had this state before.

        Raises NotAllowed for a user to whom it was not sent, and Conflict if it is not open any more.
        """
        self.organisation.lock()
        user.demand_active()
        locks.lock_row(self, "This invitation was just deleted.")
        if not self.is_for(user):
            raise NotAllowed("This invitation was sent to an address that your account has not confirmed.")
        if self.is_open:
            self.state = state
            self.save(update_fields=["state"])
            return True
        if self.state != state:
            raise Conflict(self._closed)
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(organisation, invited: str) -> str:
    """The address that the mail goes to. Raises ValidationError for a user name that no mail can reach."""
    if "@" in invited:
        mailboxes.validate(invited)
        return invited
    user = get_user_model().objects.filter(username__iexact=invited, is_active=True).first()
    if user is None:
        raise ValidationError({"invited": f"No account has the username “{invited}”."})
    if organisation.role_of(user):
        raise ValidationError({"invited": f"{user} is already a member."})
    for address in user.confirmed_addresses():
        return address
    raise ValidationError({"invited": f"{user} has no confirmed email address."})
