import secrets
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Suppression
from inbox import signed_links
from inbox.models.cadence import Cadence, zone_info
from inbox.models.letter import Letter
from lib import locks
from lib.fields import LineField, MailField
from lib.mailboxes import canonical
from lib.refusals import BadInput
from papers.lists.subscribable import MAX_ADDRESS, MAX_TITLE

LETTERS_SHOWN = 5  # of each subscription, where it is managed
MAX_ACTIVE = 30  # subscriptions of one address
MAX_PAPERS = 50  # in one letter
RESUMABLE = timedelta(days=30)  # after the end
SETTINGS = ("address", "title", "cadence", "hour", "zone", "most")  # what the subscriber chooses


class State(models.TextChoices):
    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "you unsubscribed"
    BOUNCED = "bounced", "email to this address bounced"
    COMPLAINED = "complained", "an email was reported as spam"
    REFUSED = "refused", "you asked to stop all email to this address"
    LOST = "lost", "its list no longer exists"


class SubscriptionQuerySet(models.QuerySet):
    def of_addresses(self, emails: list[str]):
        return self.filter(email__in=[email for email in emails if email])

    def of_person(self, user):
        """Those of the addresses that the user has confirmed, and those to lists that only this user may read."""
        return self.filter(Q(email__in=user.confirmed_addresses()) | Q(user=user))

    def with_letters(self):
        """With the last LETTERS_SHOWN letters that were sent, as `latest`."""
        sent = Letter.objects.filter(state="sent").order_by("-day")[:LETTERS_SHOWN]
        return self.prefetch_related(Prefetch("letters", sent, to_attr="latest"))

    def not_ended(self):
        return self.exclude(state=State.ENDED)

    def manageable(self):
        """Those on the page that manages them: the active ones, and those that ended not long ago; the oldest first."""
        resumable = Q(state=State.ENDED, ended_at__gt=timezone.now() - RESUMABLE, confirmed_at__isnull=False)
        return self.filter(Q(state=State.ACTIVE) | resumable).order_by("requested_at", "pk")

    def end(self, reason: EndReason) -> None:
        """End those that have not ended yet."""
        now = timezone.now()
        self.not_ended().update(state=State.ENDED, end_reason=reason, ended_at=now, next_at=None)

    def anonymise(self) -> None:
        """Remove the address. Their letters stay as pages, except letters of lists that only one user may read."""
        self.exclude(user=None).delete()
        self.update(email="")


class SubscriptionManager(models.Manager.from_queryset(SubscriptionQuerySet)):
    def lock(self, email: str) -> None:
        """Lock the subscriptions of an address, also those that are not written yet, until the transaction ends."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"inbox {canonical(email)}"])

    def request(self, email: str, **settings) -> "Subscription":
        """Write a pending subscription with these settings, or return the active one of the same list unchanged.

        The caller has locked the address.
        """
        subscription = self._find_or_build(email, settings)
        if subscription.is_pending:
            subscription.apply(settings)
            subscription.requested_at = timezone.now()
            subscription.save()
        return subscription

    @transaction.atomic
    def subscribe(self, user, email: str, **settings) -> "Subscription":
        """Activate a subscription at once, since the user has confirmed the address; an active one stays unchanged.

        `user` is None for a list that everybody may read. Raises BadInput as `activate` does.
        """
        self.lock(email)
        subscription = self._find_or_build(email, settings)
        if subscription.is_pending:
            subscription.apply(settings)
            subscription.user = user
            subscription.activate()
        return subscription

    def expire(self) -> None:
        """Delete those that were not confirmed in time, and anonymise those that cannot be resumed any more."""
        now = timezone.now()
        self.filter(state=State.PENDING, requested_at__lt=now - signed_links.CONFIRM.max_age).delete()
        self.filter(ended_at__lt=now - RESUMABLE).exclude(email="").anonymise()

    def _find_or_build(self, email: str, settings: dict) -> "Subscription":
        """The subscription of this address to this list that has not ended, or else a new one that is not saved."""
        existing = self.of_addresses([email]).not_ended().filter(address=settings["address"]).first()
        return existing or self.model(email=canonical(email), **settings)


class Subscription(models.Model):
    """A list of papers that comes to a mail address as letters.

    `address` is that of the list's page, with its filters in canonical form: "/papers?min_votes=20". `title` names the
    list and its filters. `user` is set if not everybody may read the list; its letters are for that user alone. `hour`
    is in `zone`, an IANA name. `next_at` is when the next letter is due, in an active subscription. `most` is the
    maximal number of papers in a letter.
    """

    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    email = MailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions", null=True)
    address = models.CharField(max_length=MAX_ADDRESS, default="/papers")
    title = LineField(max_length=MAX_TITLE, default="Papers")
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.DAILY)
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    zone = models.CharField(max_length=64, default="UTC")
    most = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(MAX_PAPERS)]
    )
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    end_reason = models.CharField(max_length=12, choices=EndReason, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    objects = SubscriptionManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email", "address"], condition=~Q(state="ended"), name="subscription_once_a_list"
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="subscription_hour_of_a_day"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=MAX_PAPERS), name="subscription_most"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="subscription_cadence_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="subscription_state_known"),
            models.CheckConstraint(
                condition=Q(state="active") ^ Q(next_at=None), name="subscription_active_has_a_next_issue"
            ),
            models.CheckConstraint(
                condition=Q(state="ended") ^ Q(ended_at=None, end_reason=""), name="subscription_ended_says_why"
            ),
        ]
        indexes = [models.Index(fields=["next_at", "id"], condition=Q(state="active"), name="subscription_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_pending(self) -> bool:
        """Whether it waits to be confirmed."""
        return self.state == State.PENDING

    @property
    def is_active(self) -> bool:
        return self.state == State.ACTIVE

    @property
    def schedule(self) -> str:
        """When letters come, in words."""
        return f"{Cadence(self.cadence).phrase} at {self.hour:02}:00 ({self.zone})"

    @property
    def zone_info(self) -> ZoneInfo:
        return zone_info(self.zone)

    @property
    def next_day(self) -> date:
        """The local day of the next letter, in an active subscription."""
        return self.next_at.astimezone(self.zone_info).date()

    @property
    def is_resumable(self) -> bool:
        return self.end_reason == EndReason.UNSUBSCRIBED and self.confirmed_at is not None

    @property
    def has_just_ended(self) -> bool:
        """Whether its reader ended it so recently that the page offers to undo that."""
        return self.is_resumable and self.ended_at > timezone.now() - signed_links.RESUME.max_age

    @property
    def path(self) -> str:
        """The address without words and filters, which may have been typed by anybody."""
        return self.address.partition("?")[0]

    @property
    def settings(self) -> dict:
        return {name: getattr(self, name) for name in SETTINGS}

    def apply(self, settings: dict) -> None:
        """Set these settings without saving them."""
        for name, value in settings.items():
            setattr(self, name, value)

    @transaction.atomic
    def confirm(self) -> None:
        """Activate it if it is pending. Raises BadInput if it has ended since, and as `activate` does."""
        self._lock()
        if self.state == State.ENDED:
            raise BadInput("This subscription has ended. Subscribe again to get it back.")
        if self.is_pending:
            self.activate()

    @transaction.atomic
    def resume(self) -> None:
        """Activate it again, unless there is another one of the same list.

        Raises BadInput if something else than the reader ended it, and as `activate` does.
        """
        self._lock()
        if self.state != State.ENDED or self._others().filter(address=self.address).exists():
            return
        if not self.is_resumable:
            raise BadInput("This subscription can't be resumed. Subscribe again instead.")
        self.end_reason, self.ended_at = "", None
        self.activate()

    @transaction.atomic
    def change(self, settings: dict) -> None:
        """Save these settings. Raises BadInput if it is not active, or if another subscription has the same address."""
        self._lock()
        if not self.is_active:
            raise BadInput("This subscription has ended. Resume it, or subscribe again.")
        if self._others().filter(address=settings["address"]).exists():
            raise BadInput(
                "You have another subscription with the same filters. Change that one, or unsubscribe from it."
            )
        self.apply(settings)
        self.next_at = self.next_after(timezone.now())
        self.save()

    def end(self, reason: EndReason) -> None:
        """End it, unless it has ended already."""
        Subscription.objects.filter(pk=self.pk).end(reason)
        self.refresh_from_db()

    def activate(self) -> None:
        """Let letters come from now on. The caller has locked the address.

        Raises BadInput for a suppressed address, and for one with MAX_ACTIVE subscriptions.
        """
        if Suppression.objects.has(self.email):
            raise BadInput(
                "Email to this address is off. Its owner can turn it on under “Email digests” in the settings."
            )
        if Subscription.objects.of_addresses([self.email]).filter(state=State.ACTIVE).count() >= MAX_ACTIVE:
            raise BadInput(
                f"{MAX_ACTIVE} is the maximum number of subscriptions of an address. Unsubscribe from one first."
            )
        now = timezone.now()
        self.state, self.confirmed_at, self.next_at = State.ACTIVE, now, self.next_after(now)
        self.save()

    def last_due(self, now: datetime) -> datetime:
        """When the last letter until now was due. The subscription is active, and one is due."""
        at = self.next_at
        while (following := self.next_after(at)) <= now:
            at = following
        return at

    def next_after(self, moment: datetime) -> datetime:
        """When the first letter after this moment is due."""
        return Cadence(self.cadence).next_after(moment, self.hour, self.zone_info)

    def _lock(self) -> None:
        """Lock the address and the row, and read the row anew. Raises Gone if it was deleted."""
        Subscription.objects.lock(self.email)
        locks.lock_row(self, "This subscription was just deleted.")

    def _others(self) -> SubscriptionQuerySet:
        """The other subscriptions of the address that have not ended."""
        return Subscription.objects.of_addresses([self.email]).not_ended().exclude(pk=self.pk)
