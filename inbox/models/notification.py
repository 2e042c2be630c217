import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from inbox.models.kind import KINDS, How, Kind, Told

COUNTED = 100  # at most: past it nobody reads the number
KEPT = timedelta(days=90)  # after it was read
KEPT_UNREAD = timedelta(days=365)


class NotificationQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def unmailed(self):
        """Those that a mail is to tell of, unless they were read meanwhile."""
        return self.unread().filter(mailed_at=None).exclude(how=How.NEVER)

    def read(self) -> None:
        self.unread().update(read_at=timezone.now())


class NotificationManager(models.Manager.from_queryset(NotificationQuerySet)):
    def tell(self, kind: Kind, told: Iterable[Told]) -> list[int]:
        """Write what people are told, and say which rows (ids) a mail is to tell of at once. One statement.

        Told of the same again while it is unread, the row that stands there takes it up, and counts as new if that
        changed it; so twice the same is once. Who is not active is not told.
        """
        rows = list(told)
        values = {
            "users": [row.user for row in rows],
            "subjects": [row.subject for row in rows],
            "facts": [json.dumps(row.facts) for row in rows],
            "kind": kind.key,
            "default": kind.default,
            "now": timezone.now(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_TELL, values)
            return [pk for pk, how in cursor if how == How.AT_ONCE]

    def unread_count(self, user) -> int:
        """COUNTED stands for as many and more."""
        return self.unread().filter(user=user)[:COUNTED].count()

    def read_until(self, user, moment: datetime) -> None:
        """Those that stood there then: what came later was not seen."""
        self.filter(user=user, told_at__lte=moment).read()

    def forget(self) -> None:
        """What was read long ago, and what nobody has read for longer."""
        now = timezone.now()
        self.filter(Q(read_at__lt=now - KEPT) | Q(read_at=None, told_at__lt=now - KEPT_UNREAD)).delete()


_TELL = """
    INSERT INTO inbox_notification AS standing (user_id, kind, subject, facts, how, told_at)
    SELECT person.id, %(kind)s, told.subject, told.facts, coalesce(choice.how, %(default)s), %(now)s
    FROM unnest(%(users)s::bigint[], %(subjects)s::text[], %(facts)s::text[]::jsonb[]) told (user_id, subject, facts)
    JOIN accounts_user person ON person.id = told.user_id AND person.is_active
    LEFT JOIN inbox_choice choice ON choice.user_id = person.id AND choice.kind = %(kind)s
    ORDER BY person.id, told.subject
    ON CONFLICT (user_id, kind, subject) WHERE read_at IS NULL
    DO UPDATE SET how = excluded.how, told_at = excluded.told_at, mailed_at = NULL, facts = standing.facts || (
        SELECT jsonb_object_agg(key, CASE WHEN jsonb_typeof(value) <> 'array' THEN value ELSE (
            SELECT coalesce(jsonb_agg(DISTINCT fact), '[]')
            FROM jsonb_array_elements(coalesce(standing.facts -> key, '[]') || value) fact
        ) END) FROM jsonb_each(excluded.facts)
    )
    WHERE NOT standing.facts @> excluded.facts
    RETURNING id, how
"""


class Notification(models.Model):
    """Something that a person is told, once as long as it is unread; `kind` has the words (see `inbox.notifications.kinds`).

    `subject` tells apart what it is about, `facts` are what its text is made of. `told_at` moves when more of the same
    happens. `how` is what was chosen then; `mailed_at` is when a mail told it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=100)
    facts = models.JSONField()
    how = models.CharField(max_length=10, choices=How)
    told_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NotificationManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "subject"], condition=Q(read_at=None), name="notification_once_while_unread"
            ),
            models.CheckConstraint(condition=Q(how__in=How.values), name="notification_how_known"),
        ]
        indexes = [
            models.Index(fields=["user", "told_at", "id"], name="notification_newest"),
            models.Index(
                fields=["user"],
                condition=Q(read_at=None, mailed_at=None) & ~Q(how="never"),
                name="notification_unmailed",
            ),
        ]

    def __str__(self) -> str:
        return KINDS[self.kind].line(self.facts)

    @property
    def more(self) -> str:
        return KINDS[self.kind].more(self.facts)

    @property
    def links(self) -> list[tuple[str, str]]:
        return KINDS[self.kind].links(self.facts)

    @property
    def title(self) -> str:
        """As the subject of a mail."""
        return KINDS[self.kind].subject(self.facts)

    @property
    def link(self) -> str:
        return KINDS[self.kind].link(self.facts)

    def read(self) -> None:
        Notification.objects.filter(pk=self.pk).read()
