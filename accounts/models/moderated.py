"""What is decided about an account: whether its owner moderates, and whether it is suspended."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from accounts import suspension
from accounts.models.securityevent import EventKind, SecurityEvent
from accounts.models.suppression import Suppression
from accounts.moderators import demand_moderator, demand_superuser
from accounts.signals import access_revoked, moderator_appointed
from lib import template_mail
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from lib.text import one_line

STANDING = ["is_active", "is_superuser", "is_appointed_moderator", "suspended_until", "suspension_reason"]


class Moderated(models.Model):
    """The part of a user that superusers and moderators decide on.

    A suspended account is inactive and has a `suspension_reason`. It is suspended for good if `suspended_until` is
    None. Staff can deactivate an account in the admin, too, which is no suspension.
    """

    is_appointed_moderator = models.BooleanField("moderator", default=False, editable=False)
    acts_as_member = False  # True for somebody who has used no second factor, and so is no moderator for this request
    suspended_until = models.DateTimeField(null=True, blank=True, editable=False)
    suspension_reason = LineField(max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(suspension_reason=""), name="user_suspended_is_inactive"
            ),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | ~Q(suspension_reason=""), name="user_suspended_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(
                fields=["suspended_until"], condition=Q(suspended_until__isnull=False), name="user_suspended_until"
            ),
        ]

    @property
    def is_moderator(self) -> bool:
        """Whether this person may decide what the pages under /moderation are for.

        Views use `accounts.factors.acts_as_moderator`, which also requires a second factor.
        """
        return self.is_active and self.is_privileged and not self.acts_as_member

    @property
    def is_privileged(self) -> bool:
        """Whether this person is a moderator or superuser, active or not, so that only superusers decide on them."""
        return self.is_appointed_moderator or self.is_superuser

    @property
    def is_suspended(self) -> bool:
        return bool(self.suspension_reason)

    @property
    def suspension_length(self) -> str:
        """The end of the suspension as words (`suspension.length`)."""
        return suspension.length(self.suspended_until)

    @property
    def suspension_notice(self) -> str:
        """What the person reads about the suspension: until when, and why."""
        return f"Your account is suspended {self.suspension_length}. Reason: {self.suspension_reason}"

    def demand_active(self) -> None:
        """Raises NotAllowed if the account is not active any more, and Gone if it was deleted."""
        self._read_standing()
        self._refuse_inactive()

    def lock(self) -> None:
        """Lock the row until the transaction ends, and read anew whether the account is active.

        So limits on what a person may have hold among requests, and nobody writes after being suspended. Raises
        NotAllowed if the account is not active.
        """
        self._lock()
        self._refuse_inactive()

    def demand_same_password(self) -> None:
        """Raises NotAllowed if the password was changed since this user was read. The caller has locked the row.

        The change revoked all tokens and paused webhooks of private lists, so a request from before it must not create
        or resume any.
        """
        if not type(self).objects.filter(pk=self.pk, password=self.password).exists():
            raise NotAllowed("Your password was changed meanwhile. Sign in again.")

    @transaction.atomic
    def suspend(self, actor, reason: str, until: datetime | None = None) -> bool:
        """Suspend the account until this moment, or for good. False if it is suspended in the same way already.

        All sessions end, and all keys that give access without sign-in. One mail says so; no other follows while the
        suspension lasts. Raises NotAllowed (see `_lock_to_moderate`), BadInput for a reason that is missing or too long
        and for a moment in the past, and Conflict for an account that is inactive for another reason.
        """
        reason, longest = one_line(reason), self._meta.get_field("suspension_reason").max_length
        if not 1 <= len(reason) <= longest:
            raise BadInput(f"A suspension needs a reason of 1 to {longest} characters; this one has {len(reason)}.")
        if until and until <= timezone.now():
            raise BadInput("The suspension must end in the future.")
        self._lock_to_moderate(actor)
        if not self.is_active and not self.is_suspended:
            raise Conflict("This account is already inactive.")
        if self.is_suspended and (self.suspension_reason, self.suspended_until) == (reason, until):
            return False
        self._write(is_active=False, suspension_reason=reason, suspended_until=until)
        self._end_access()
        detail = f"{self.suspension_length}. Reason: {reason}"
        SecurityEvent.objects.create(user=self, kind=EventKind.SUSPENDED, detail=detail)
        self._mail_suspension()
        return True

    @transaction.atomic
    def reinstate(self, actor) -> bool:
        """End the suspension. False if there is none. Raises NotAllowed (see `_lock_to_moderate`)."""
        self._lock_to_moderate(actor)
        return self._end_suspension()

    @transaction.atomic
    def end_suspension(self) -> bool:
        """End the suspension if its time is over. False if there is none, or if it goes on."""
        self._lock()
        return bool(self.suspended_until and self.suspended_until <= timezone.now()) and self._end_suspension()

    @transaction.atomic
    def appoint(self, actor) -> bool:
        """Make this person a moderator. False if they were appointed before.

        Raises NotAllowed for an actor who is no superuser, and BadInput for an inactive account.
        """
        self._lock(actor)
        demand_superuser(actor)
        if not self.is_active:
            raise BadInput(f"The account {self.username} is not active, so it can't be appointed.")
        return self._set_appointed(actor, True)

    @transaction.atomic
    def dismiss(self, actor) -> bool:
        """Take the role of a moderator back. False if the person was not appointed. Raises NotAllowed as `appoint`."""
        self._lock(actor)
        demand_superuser(actor)
        return self._set_appointed(actor, False)

    def _set_appointed(self, actor, appointed: bool) -> bool:
        if self.is_appointed_moderator == appointed:
            return False
        self._write(is_appointed_moderator=appointed)
        kind = EventKind.APPOINTED if appointed else EventKind.DISMISSED
        SecurityEvent.objects.create(user=self, kind=kind, detail=f"by {actor}")
        moderator_appointed.send(type(self), actor=actor, user=self, appointed=appointed)
        return True

    def _end_suspension(self) -> bool:
        if not self.is_suspended:
            return False
        self._write(is_active=True, suspension_reason="", suspended_until=None)
        self.end_sessions()
        SecurityEvent.objects.create(user=self, kind=EventKind.REINSTATED)
        return True

    def _write(self, **values) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))

    def _refuse_inactive(self) -> None:
        if self.is_suspended:
            raise NotAllowed(self.suspension_notice)
        if not self.is_active:
            raise NotAllowed("Your account is not active.")

    def _lock(self, *others) -> None:
        """Lock the rows of this person and of the others, and read this one anew. Raises Gone if it was deleted."""
        type(self).objects.filter(pk__in=[person.pk for person in (self, *others)]).lock()
        self._read_standing()

    def _read_standing(self) -> None:
        """Read anew what is decided about the account. Raises Gone if it was deleted."""
        try:
            self.refresh_from_db(fields=STANDING)
        except type(self).DoesNotExist:
            raise Gone("This account was deleted.") from None

    def _lock_to_moderate(self, actor) -> None:
        """Lock both rows. Raises NotAllowed unless the actor may decide on this person.

        Moderators may, but nobody decides on themself, and only superusers decide on moderators and superusers.
        """
        self._lock(actor)
        demand_moderator(actor)
        if actor.pk == self.pk:
            raise NotAllowed("You can't moderate your own account.")
        if self.is_privileged:
            demand_superuser(actor)

    def _end_access(self) -> None:
        """Empty all sessions of this person, and revoke all keys that give access without sign-in.

        The rows of the sessions stay until the suspension ends, so that the sign-in page can say why a session ended.
        """
        keys = self.usersession_set.values("session_key")
        Session.objects.filter(pk__in=keys).update(session_data=Session.objects.encode({}))
        access_revoked.send(sender=type(self), user=self)

    def _mail_suspension(self) -> None:
        if address := Suppression.objects.first_allowed(self.confirmed_addresses()):
            context = {"person": self, "path": suspension.path(self)}
            template_mail.post("accounts/suspended.txt", address, "Your account is suspended", context)
