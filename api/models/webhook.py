"""Webhooks: what comes into a list of papers is sent to an https address."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Suppression, User
from api.models.delivery import Delivery
from lib import locks, template_mail
from lib.fields import LineField
from lib.refusals import BadInput, Conflict, NotAllowed
from orgs.models import Event, Organisation
from orgs.roles import CONNECT
from papers.lists.subscribable import MAX_ADDRESS, MAX_TITLE, SubscribableList

MOST = 10  # webhooks of one person or organisation
MAX_URL = 500
DELIVERIES_SHOWN = 10
FAILING_AT_MOST = timedelta(days=1)
LOOK_EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=2)  # longer than one attempt takes


class WebhookState(models.TextChoices):
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"


class Reason(models.TextChoices):
    FAILING = "failing", "every delivery of a whole day failed"
    GONE = "gone", "the receiver answered 410 Gone"
    LOST = "lost", "the list no longer exists or can no longer be read"
    REVOKED = "revoked", "sessions were ended, the password was changed, or the account was suspended"


class WebhookQuerySet(models.QuerySet):
    def of(self, owner):
        """Those of this person or organisation."""
        return self.filter(**{_column(owner): owner})

    def running(self):
        """Those that are active, except those of people who are suspended."""
        return self.filter(Q(user=None) | Q(user__is_active=True), state=WebhookState.ACTIVE)

    def to_look_at(self, now: datetime):
        """Those in whose list it is time to look for new papers, the one that has waited longest first."""
        return self.running().filter(look_at__lte=now).order_by("look_at", "pk")

    def to_send(self, now: datetime):
        """Those with a delivery that is due and that nobody is sending, those first whose receivers answer."""
        due = Exists(Delivery.objects.filter(webhook=OuterRef("pk")).due(now))
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        return self.running().filter(due, free).order_by(F("failing_since").desc(nulls_first=True), "tried_at", "pk")

    def with_deliveries(self):
        """With the last DELIVERIES_SHOWN deliveries as `latest`."""
        latest = Delivery.objects.order_by("-created_at", "-pk")[:DELIVERIES_SHOWN]
        return self.prefetch_related(Prefetch("deliveries", latest, to_attr="latest"))

    def claimed(self):
        """With their owner, locked so that no other worker gets them until this transaction ends."""
        rows = self.select_related("user", "organisation")
        return rows.select_for_update(skip_locked=True, of=["self"], no_key=True)


class WebhookManager(models.Manager.from_queryset(WebhookQuerySet)):
    @transaction.atomic
    def make(self, actor, owner, found: SubscribableList, url: str) -> "Webhook":
        """Create a webhook of a person or an organisation.

        Raises NotAllowed as `demand` does, Conflict if it has one of this list to this address, and BadInput past MOST.
        """
        owner.lock()
        webhook = self.model(**{_column(owner): owner}, address=found.address, title=found.title, url=url)
        webhook.demand(actor)
        others = self.of(owner)
        if others.filter(address=found.address, url=url).exists():
            raise Conflict("There is a webhook of this list to this address already.")
        if others.count() >= MOST:
            raise BadInput(f"{MOST} webhooks are the maximum. Delete one first.")
        webhook.is_private, webhook.created_by = found.user is not None, actor
        webhook.save()
        webhook.record(actor, f"added a webhook to {webhook.host}")
        return webhook

    @transaction.atomic
    def revoke(self, user) -> list[str]:
        """Pause what is sent of private lists of this person, who resumes what is still wanted. Returns the hosts."""
        User.objects.filter(pk=user.pk).lock()  # so that none is being added or resumed
        sending = self.of(user).filter(is_private=True, reason="")
        hosts = [webhook.host for webhook in sending.order_by("pk")]
        sending.update(state=WebhookState.PAUSED, reason=Reason.REVOKED)
        return hosts

    def move(self, old: Organisation, into: Organisation) -> None:
        """Give the webhooks of `old` to `into`, except those that it has already."""
        twins = self.of(into).filter(address=OuterRef("address"), url=OuterRef("url"))
        self.of(old).filter(~Exists(twins)).update(organisation=into)


class Webhook(models.Model):
    """A list of papers whose new papers are sent to an https address.

    `address` is that of the list's page, with its filters in canonical form: "/papers?min_votes=20". `is_private` means
    that not everybody may read the list. `initial_papers` are the ids of those that were recent in the list when the
    webhook was made, and are never sent; None until the list is read for the first time; it is read again at `look_at`.
    `failing_since` is when its latest failures in a row began. A worker that sends to it has it until `leased_until`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks", null=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="webhooks", null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=MAX_ADDRESS)
    title = LineField(max_length=MAX_TITLE)
    is_private = models.BooleanField(default=False)
    url = models.CharField(max_length=MAX_URL)
    secret = models.CharField(max_length=43, default=secrets.token_urlsafe)  # not hashed, since it signs what is sent
    state = models.CharField(max_length=10, choices=WebhookState, default=WebhookState.ACTIVE)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    initial_papers = ArrayField(models.BigIntegerField(), null=True)
    look_at = models.DateTimeField(default=timezone.now)
    tried_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)

    objects = WebhookManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, organisation__isnull=False) | Q(user__isnull=False, organisation=None),
                name="webhook_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(url__startswith="https://"), name="webhook_to_https"),
            models.CheckConstraint(condition=Q(state__in=WebhookState.values), name="webhook_state_known"),
            models.CheckConstraint(
                condition=(Q(state="disabled") ^ Q(reason="")) | Q(state="paused", reason="revoked"),
                name="webhook_says_why_it_stopped",
            ),
            models.UniqueConstraint(fields=["user", "address", "url"], name="webhook_once_a_person"),
            models.UniqueConstraint(fields=["organisation", "address", "url"], name="webhook_once_an_organisation"),
        ]
        indexes = [models.Index(fields=["look_at", "id"], condition=Q(state="active"), name="webhook_to_look_at")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page that manages it."""
        if self.organisation:
            return reverse("machines:org_webhooks", args=[self.organisation.slug])
        return reverse("machines:webhooks")

    @property
    def owner(self):
        return self.organisation or self.user

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname

    @property
    def is_active(self) -> bool:
        return self.state == WebhookState.ACTIVE

    @property
    def is_disabled(self) -> bool:
        return self.state == WebhookState.DISABLED

    def demand(self, actor) -> None:
        """Raises NotAllowed for an actor who may not manage it, is not active, or has another password by now."""
        actor.demand_active()
        actor.demand_same_password()
        if self.organisation:
            self.organisation.demand(actor, CONNECT)
        elif self.user_id != actor.pk:
            raise NotAllowed("This webhook belongs to somebody else.")

    def record(self, actor, text: str) -> None:
        """Add a line to the log of the organisation that owns it, if one does."""
        if self.organisation:
            Event.objects.record(actor, self.organisation, text)

    def lock(self) -> None:
        """Lock this row until the transaction ends, and read it anew with its owner. Raises Gone if it was deleted."""
        rows = Webhook.objects.select_related("user", "organisation")
        locks.lock_row(self, "This webhook was just deleted.", rows)

    def lock_to_change(self, actor) -> None:
        """Lock it, as `lock` does. Raises NotAllowed as `demand` does."""
        self.owner.lock()
        self.lock()
        self.demand(actor)

    @transaction.atomic
    def pause(self, actor) -> None:
        """Send nothing until `resume`. One that is disabled stays so."""
        self.lock_to_change(actor)
        if self.is_active:
            self._write(state=WebhookState.PAUSED)
            self.record(actor, f"paused the webhook to {self.host}")

    @transaction.atomic
    def resume(self, actor) -> None:
        """Send again, also what waits, and what came into the list in the last days (`finding`)."""
        self.lock_to_change(actor)
        if not self.is_active:
            self._write(state=WebhookState.ACTIVE, reason="", failing_since=None, look_at=timezone.now())
            self.record(actor, f"resumed the webhook to {self.host}")

    @transaction.atomic
    def renew_secret(self, actor) -> None:
        """Sign with a new secret from now on."""
        self.lock_to_change(actor)
        self._write(secret=secrets.token_urlsafe())
        self.record(actor, f"made a new secret of the webhook to {self.host}")

    @transaction.atomic
    def end(self, actor) -> None:
        """Delete it with its deliveries. Raises Gone if that was done before."""
        self.lock_to_change(actor)
        self.record(actor, f"deleted the webhook to {self.host}")
        self.delete()

    @transaction.atomic
    def send_test(self, actor) -> Delivery:
        """Have a test delivery sent; one that waits already is the one.

        Raises Conflict unless the webhook is active.
        """
        self.lock_to_change(actor)
        self.demand_sending()
        return self.deliveries.waiting().filter(is_test=True).first() or self.deliveries.create(is_test=True)

    def demand_sending(self) -> None:
        """Raises Conflict unless it is active."""
        if not self.is_active:
            raise Conflict("This webhook is paused or disabled. Resume it first.")

    def begin(self, initial_papers: list[int]) -> None:
        """Record which papers are in its list already. The caller has locked it."""
        self._write(initial_papers=initial_papers)

    def lease(self, now: datetime) -> None:
        """Keep other workers from sending to it, for as long as an attempt takes. The caller has locked it."""
        self._write(leased_until=now + LEASE, tried_at=now)

    def note_success(self) -> None:
        """Record that a delivery succeeded, and end the lease. The caller has locked it."""
        self._write(failing_since=None, leased_until=None)

    def note_nothing_sent(self) -> None:
        """End the lease, and the failing unless a delivery waits that failed. The caller has locked it."""
        is_failing = self.deliveries.waiting().filter(attempts__gt=0).exists()
        self._write(failing_since=self.failing_since if is_failing else None, leased_until=None)

    def note_failure(self, now: datetime) -> None:
        """Record that a delivery failed, and end the lease; disable it after a day of failures alone."""
        self._write(failing_since=self.failing_since or now, leased_until=None)
        if now - self.failing_since >= FAILING_AT_MOST:
            self.disable(Reason.FAILING)

    def disable(self, reason: Reason) -> None:
        """Send nothing until `resume`, and mail its owners, if it is active. The caller has locked it."""
        if self.is_active:
            self._write(state=WebhookState.DISABLED, reason=reason, leased_until=None)
            context = {"webhook": self, "path": self.get_absolute_url()}
            for address in self._mail_addresses():
                template_mail.post("api/webhooks/disabled.txt", address, "A webhook is disabled", context)

    def _mail_addresses(self) -> list[str]:
        """One address of its person, or of each owner of its organisation, unless no mail may be sent there."""
        if self.user:
            owners = [self.user]
        else:
            rows = self.organisation.memberships.owners().filter(user__is_active=True).select_related("user")
            owners = [membership.user for membership in rows]
        addresses = [Suppression.objects.first_allowed(owner.confirmed_addresses()) for owner in owners]
        return [address for address in addresses if address]

    def _write(self, **values) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))


def _column(owner) -> str:
    return "organisation" if isinstance(owner, Organisation) else "user"
