import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from inbox.models.kind import KINDS, Delivery, NotificationData, NotificationKind

COUNT_LIMIT = 100  # the bell counts no further
KEPT = timedelta(days=90)  # after it was read
KEPT_UNREAD = timedelta(days=365)
# `unread_count` of the `person` that is read with each session (`accounts.sessions.COLUMNS`), up to COUNT_LIMIT
UNREAD_COUNT = f"""
    SELECT count(*) FROM (
        SELECT FROM inbox_notification WHERE user_id = person.id AND read_at IS NULL LIMIT {COUNT_LIMIT}
    ) unread
"""  # noqa: S608 (it is a constant)


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def unmailed(self):
        """Notifications that wait to be mailed. One that was read meanwhile is not mailed any more."""
        return self.unread().filter(mailed_at=None).exclude(delivery=Delivery.NEVER)

    def read(self) -> None:
        self.unread().update(read_at=timezone.now())


class NotificationManager(models.Manager.from_queryset(NotificationQuerySet)):
    def notify(self, kind: NotificationKind, data: Iterable[NotificationData]) -> list[int]:
        """Write notifications of this kind in one statement; returns the ids of those to be mailed at once.

        An unread notification about the same subject takes up the new facts. It is notified and mailed anew only if
        they changed it, so the same call twice has the effect of one. Inactive users get no notification.
        """
        rows = list(data)
        params = {
            "users": [row.user_id for row in rows],
            "subjects": [row.subject for row in rows],
            "facts": [json.dumps(row.facts) for row in rows],
            "kind": kind.key,
            "default": kind.default,
            "now": timezone.now(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_NOTIFY, params)
            return [pk for pk, delivery in cursor if delivery == Delivery.AT_ONCE]

    def unread_count(self, user) -> int:
        """The number of unread notifications, or COUNT_LIMIT if there are as many or more.

        One statement, unless the user was read with a session.
        """
        if (count := getattr(user, "unread_count", None)) is not None:
            return count
        return self.unread().filter(user=user)[:COUNT_LIMIT].count()

    def read_until(self, user, moment: datetime) -> None:
        """Mark those of the user as read that are not newer than this moment."""
        self.filter(user=user, notified_at__lte=moment).read()

    def delete_old(self) -> None:
        """Delete what was read KEPT ago, and what has been unread for KEPT_UNREAD."""
        now = timezone.now()
        self.filter(Q(read_at__lt=now - KEPT) | Q(read_at=None, notified_at__lt=now - KEPT_UNREAD)).delete()


_NOTIFY = """
    INSERT INTO inbox_notification AS unread (user_id, kind, subject, facts, delivery, notified_at)
    SELECT person.id, %(kind)s, new.subject, new.facts, coalesce(choice.delivery, %(default)s), %(now)s
    FROM unnest(%(users)s::bigint[], %(subjects)s::text[], %(facts)s::text[]::jsonb[]) new (user_id, subject, facts)
    JOIN accounts_user person ON person.id = new.user_id AND person.is_active
    LEFT JOIN inbox_choice choice ON choice.user_id = person.id AND choice.kind = %(kind)s
    ORDER BY person.id, new.subject
    ON CONFLICT (user_id, kind, subject) WHERE read_at IS NULL
    DO UPDATE SET
        delivery = excluded.delivery, notified_at = excluded.notified_at, mailed_at = NULL,
        facts = unread.facts || (
            SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) <> 'array' THEN value ELSE (
                SELECT coalesce(jsonb_agg(DISTINCT fact), '[]')
                FROM jsonb_array_elements(coalesce(unread.facts -> key, '[]') || value) fact
            ) END) FROM jsonb_each(excluded.facts)
        )
    WHERE NOT unread.facts @> excluded.facts
    RETURNING id, delivery
"""


class Notification(models.Model):
    """Something that a user is notified of. There is one unread row for each user, kind and subject.

    `kind` is a key of KINDS, and the kind makes the text from `facts`. `notified_at` is when the facts last changed,
    `delivery` what the user's choice was then, `mailed_at` when a mail with these facts was sent.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=100)
    facts = models.JSONField()
    delivery = models.CharField(max_length=10, choices=Delivery)
    notified_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "subject"], condition=Q(read_at=None), name="notification_once_while_unread"
            ),
            models.CheckConstraint(condition=Q(delivery__in=Delivery.values), name="notification_how_known"),
        ]
        indexes = [
            models.Index(fields=["user", "notified_at", "id"], name="notification_newest"),
            models.Index(
                fields=["user"],
                condition=Q(read_at=None, mailed_at=None) & ~Q(delivery="never"),
                name="notification_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return KINDS[self.kind].text(self.facts)

    @property
    def details(self) -> str:
        return KINDS[self.kind].details(self.facts)

    @property
    def links(self) -> list[tuple[str, str]]:
        return KINDS[self.kind].links(self.facts)

    @property
    def mail_subject(self) -> str:
        return KINDS[self.kind].mail_subject(self.facts)

    @property
    def link(self) -> str:
        return KINDS[self.kind].link(self.facts)

    def read(self) -> None:
        """Mark it as read; the first time counts."""
        Notification.objects.filter(pk=self.pk).read()
