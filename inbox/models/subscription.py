import secrets
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts import unproven_mail
from accounts.models import Suppression
from inbox import confirmation, links
from inbox.models.cadence import Cadence, clock
from inbox.models.letter import Letter
from lib.refusals import BadInput

LETTERS_SHOWN = 5  # of one subscription, where it is managed
MOST = 30  # of one address, that have not ended
MOST_PAPERS = 50  # of one letter
RESUMABLE = timedelta(days=30)  # after the end
SETTINGS = ("address", "title", "cadence", "hour", "zone", "most")  # what whoever subscribes chooses


class State(models.TextChoices):
    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


class Why(models.TextChoices):
    UNSUBSCRIBED = "unsubscribed", "you unsubscribed"
    BOUNCED = "bounced", "mail to this address came back"
    COMPLAINED = "complained", "a letter was reported as unwanted"
    REFUSED = "refused", "you asked us never to write to this address"
    LOST = "lost", "its list is not there any more"


class SubscriptionQuerySet(models.QuerySet):
    def of_addresses(self, emails: list[str]):
        return self.filter(email__in=[email.lower() for email in emails if email])

    def of_person(self, user):
        """What comes to addresses that the user has confirmed, and what only the user may read."""
        return self.filter(Q(email__in=user.confirmed_addresses()) | Q(user=user))

    def with_letters(self):
        """With `latest`, the last letters that were sent."""
        sent = Letter.objects.filter(state="sent").order_by("-issue")[:LETTERS_SHOWN]
        return self.prefetch_related(Prefetch("letters", sent, to_attr="latest"))

    def standing(self):
        """Not ended."""
        return self.exclude(state=State.ENDED)

    def shown(self):
        """Those that somebody sees who manages them: active ones, and what ended not long ago; the oldest first."""
        lately = Q(state=State.ENDED, ended_at__gt=timezone.now() - RESUMABLE, confirmed_at__isnull=False)
        return self.filter(Q(state=State.ACTIVE) | lately).order_by("asked_at", "pk")

    def end(self, why: Why) -> int:
        """No more letters; those that have ended stay as they are. How many it ended."""
        now = timezone.now()
        return self.standing().update(state=State.ENDED, why=why, ended_at=now, next_at=None)

    def forget_whose(self) -> None:
        """Their letters stay as pages, of nobody, but for those that only one person may read."""
        self.exclude(user=None).delete()
        self.update(email="")


class SubscriptionManager(models.Manager.from_queryset(SubscriptionQuerySet)):
    def hold(self, email: str) -> None:
        """Until the transaction ends, nobody else begins, confirms or changes a subscription of this address."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"inbox {email.lower()}"])

    @transaction.atomic
    def ask(self, email: str, ip: str, by: str = "", **settings) -> None:
        """Have a subscription confirmed by whoever reads the mail to this address. `ip` is where it was asked from,
        `by` the user name of who was signed in.

        What waits to be confirmed takes these settings; one that is active is left alone, and the mail says so.
        Nothing happens where nothing may be sent, or enough was today.
        """
        self.hold(email)
        if not unproven_mail.may_send(email):
            return
        asked = self._standing(email, settings["address"]) or self.model(email=email.lower(), **settings)
        if asked.state == State.ASKED:
            asked.take(settings)
            asked.asked_at = timezone.now()
            asked.save()
        confirmation.send(asked, "confirm" if asked.is_asked else "active", ip, by)

    @transaction.atomic
    def remind(self, email: str, ip: str) -> None:
        """Mail the link to manage what this address has, if it has something. As with `ask`, nobody learns whether."""
        self.hold(email)
        known = self.of_addresses([email]).shown().first()
        if known and unproven_mail.may_send(email):
            confirmation.send(known, "reminder", ip)

    @transaction.atomic
    def subscribe(self, user, email: str, **settings) -> "Subscription":
        """Begin at once, for an address that the user has confirmed. One that is active is left alone.

        `user` is None where the list is everybody's. Raises BadInput for one too many.
        """
        self.hold(email)
        begun = self._standing(email, settings["address"]) or self.model(email=email.lower(), **settings)
        if begun.state == State.ASKED:
            begun.take(settings)
            begun.user = user
            begun.begin()
        return begun

    def forget(self) -> None:
        """Those whose link to confirm is too old, and whose those were that cannot be resumed any more."""
        now = timezone.now()
        self.filter(state=State.ASKED, asked_at__lt=now - links.CONFIRM.lasts).delete()
        self.filter(ended_at__lt=now - RESUMABLE).exclude(email="").forget_whose()

    def _standing(self, email: str, address: str) -> "Subscription | None":
        return self.of_addresses([email]).standing().filter(address=address).first()


class Subscription(models.Model):
    """A list that comes to an address by mail, as letters. See `Letter`.

    `address` is the list's own, with its filters in their normal form: "/papers?min_votes=20". `title` is the list
    in words, as it was when it was asked for. `user` is set where not everybody may read the list (what that person
    follows): letters are that person's then. `hour` is the local one in `zone`, an IANA name. `next_at` is the moment
    of the next issue while the subscription is active. `most`: papers of one letter.
    """

    key = models.CharField(max_length=22, unique=True, default=partial(secrets.token_urlsafe, 16))
    email = models.EmailField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions", null=True)
    address = models.CharField(max_length=1800, default="/papers")  # together with `email`, what an index takes
    title = models.CharField(max_length=300, default="Papers")
    cadence = models.CharField(max_length=10, choices=Cadence, default=Cadence.DAILY)
    hour = models.PositiveSmallIntegerField(default=7, validators=[MaxValueValidator(23)])
    zone = models.CharField(max_length=64, default="UTC")
    most = models.PositiveSmallIntegerField(
        default=10, validators=[MinValueValidator(1), MaxValueValidator(MOST_PAPERS)]
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    why = models.CharField(max_length=12, choices=Why, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
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
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=MOST_PAPERS), name="subscription_most"),
            models.CheckConstraint(condition=Q(cadence__in=Cadence.values), name="subscription_cadence_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="subscription_state_known"),
            models.CheckConstraint(
                condition=Q(state="active") ^ Q(next_at=None), name="subscription_active_has_a_next_issue"
            ),
            models.CheckConstraint(
                condition=Q(state="ended") ^ Q(ended_at=None, why=""), name="subscription_ended_says_why"
            ),
        ]
        indexes = [models.Index(fields=["next_at", "id"], condition=Q(state="active"), name="subscription_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_asked(self) -> bool:
        return self.state == State.ASKED

    @property
    def is_active(self) -> bool:
        return self.state == State.ACTIVE

    @property
    def rhythm(self) -> str:
        """When it comes, in words."""
        return f"{Cadence(self.cadence).often} at {self.hour:02}:00 ({self.zone})"

    @property
    def clock(self) -> ZoneInfo:
        return clock(self.zone)

    @property
    def next_issue(self) -> date:
        """The local day of the next issue."""
        return self.next_at.astimezone(self.clock).date()

    @property
    def is_resumable(self) -> bool:
        return self.why == Why.UNSUBSCRIBED and self.confirmed_at is not None

    @property
    def has_just_ended(self) -> bool:
        """By its reader, who may be sorry."""
        return self.is_resumable and self.ended_at > timezone.now() - links.RESUME.lasts

    @property
    def path(self) -> str:
        """The address without words and filters: nothing of it was typed by whoever asked for it."""
        return self.address.partition("?")[0]

    @property
    def settings(self) -> dict:
        return {name: getattr(self, name) for name in SETTINGS}

    def take(self, settings: dict) -> None:
        for name, value in settings.items():
            setattr(self, name, value)

    @transaction.atomic
    def confirm(self) -> None:
        """Twice is once. Raises BadInput for one that has ended since, and as `begin` does."""
        self._hold()
        if self.state == State.ENDED:
            raise BadInput("This subscription was confirmed and has ended since. Subscribe again if you want it back.")
        if self.is_asked:
            self.begin()

    @transaction.atomic
    def resume(self) -> None:
        """Undo that the reader ended it; twice is once, and so is another one of the same list. Raises BadInput."""
        self._hold()
        others = Subscription.objects.of_addresses([self.email]).standing().filter(address=self.address)
        if self.state != State.ENDED or others.exists():
            return
        if not self.is_resumable:
            raise BadInput("This subscription cannot be resumed. Subscribe again instead.")
        self.why, self.ended_at = "", None
        self.begin()

    @transaction.atomic
    def change(self, settings: dict) -> None:
        """Raises BadInput for one that has ended, and where another one has this list."""
        self._hold()
        if not self.is_active:
            raise BadInput("This subscription has ended. Resume it, or subscribe again.")
        others = Subscription.objects.of_addresses([self.email]).standing().exclude(pk=self.pk)
        if others.filter(address=settings["address"]).exists():
            raise BadInput("You have another subscription with just these filters. Change or end that one.")
        self.take(settings)
        self.next_at = self.issue_after(timezone.now())
        self.save()

    def end(self, why: Why) -> None:
        """No more letters; twice is once."""
        Subscription.objects.filter(pk=self.pk).end(why)
        self.refresh_from_db()

    def begin(self) -> None:
        """From the next issue on. The address is held (`SubscriptionManager.hold`).

        Raises BadInput for a suppressed address, and for one too many.
        """
        if Suppression.objects.has(self.email):
            raise BadInput("Nothing is sent to this address. Its owner can change that, signed in, under “Letters”.")
        if Subscription.objects.of_addresses([self.email]).filter(state=State.ACTIVE).count() >= MOST:
            raise BadInput(f"{MOST} lists come to this address, which is as many as there can be. End one first.")
        now = timezone.now()
        self.state, self.confirmed_at, self.next_at = State.ACTIVE, now, self.issue_after(now)
        self.save()

    def _hold(self) -> None:
        """And see what it is by now."""
        Subscription.objects.hold(self.email)
        self.refresh_from_db(from_queryset=Subscription.objects.select_for_update())

    def last_issue(self, now: datetime) -> datetime:
        """The moment of the last issue that is due by now, of an active subscription whose next one is."""
        at = self.next_at
        while (following := self.issue_after(at)) <= now:
            at = following
        return at

    def issue_after(self, moment: datetime) -> datetime:
        """The moment of the first issue after this one."""
        return Cadence(self.cadence).after(moment, self.hour, self.clock)
