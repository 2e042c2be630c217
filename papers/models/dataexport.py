import logging
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from lib.refusals import BadInput, Busy

logger = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)  # between two exports; none takes that long to make
KEPT = timedelta(days=7)


class DataExportManager(models.Manager):
    @transaction.atomic
    def ask(self, user) -> "DataExport | None":
        """Create the export that is to be made now, in the place of the last one. None while one is being made.

        Raises BadInput less than an hour after the last one that was made.
        """
        user.lock()
        if last := self.filter(user=user).first():
            if last.is_being_made:
                return None
            if last.is_ready and last.is_recent:
                raise BadInput(
                    f"You made an export less than an hour ago. Make the next one after {last.next_at:%H:%M} UTC."
                )
            last.forget()
        return self.create(user=user)

    def ready(self):
        """The exports whose files can be downloaded."""
        return self.filter(ready_at__gt=timezone.now() - KEPT)

    def clear(self) -> None:
        """Delete exports that are older than KEPT, and files that belong to no export."""
        self.filter(requested_at__lte=timezone.now() - KEPT).exclude(pk__in=self.ready()).delete()
        names = stored().listdir("")[1]  # before the tokens: a file that comes meanwhile has one
        tokens = set(self.values_list("token", flat=True))
        stored().clear(name for name in names if name.removesuffix(".zip") not in tokens)


def stored() -> Storage:
    """The storage of the archives, which no address of the site shows by itself."""
    return storages["exports"]


class DataExport(models.Model):
    """A file with everything that a person has on the site: requested, then ready or failed, and deleted after KEPT."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_export")
    token = models.CharField(max_length=43, unique=True, default=secrets.token_urlsafe)
    requested_at = models.DateTimeField(default=timezone.now)
    ready_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    objects = DataExportManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ready_at=None) | Q(failed_at=None), name="data_export_ready_or_failed"),
        ]

    def __str__(self) -> str:
        return f"export {self.pk} of {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def file_name(self) -> str:
        """The name of the archive in the storage."""
        return f"{self.token}.zip"

    @property
    def next_at(self) -> datetime:
        return self.requested_at + PAUSE

    @property
    def is_recent(self) -> bool:
        return timezone.now() < self.next_at

    @property
    def expires_at(self) -> datetime | None:
        return self.ready_at and self.ready_at + KEPT

    @property
    def is_ready(self) -> bool:
        return bool(self.ready_at) and timezone.now() < self.expires_at

    @property
    def is_being_made(self) -> bool:
        """Whether a worker may still be at it. After PAUSE it is not: a worker that was killed reports nothing."""
        return not self.ready_at and not self.failed_at and self.is_recent

    @property
    def has_failed(self) -> bool:
        return not self.ready_at and not self.is_being_made

    def finish(self) -> None:
        """Mark it as ready, also if it failed before and its job was repeated."""
        self.ready_at, self.failed_at = timezone.now(), None
        self.save(update_fields=["ready_at", "failed_at"])

    def fail(self) -> None:
        logger.error("The %s was not made", self)
        self.failed_at = timezone.now()
        type(self).objects.filter(pk=self.pk).update(failed_at=self.failed_at)
        with suppress(OSError, Busy):  # it may be the storage that is wrong
            stored().delete(self.file_name)

    def forget(self) -> None:
        """Delete the export with its file. If the storage does not answer, `clear` deletes the file."""
        transaction.on_commit(partial(stored().delete, self.file_name), robust=True)
        self.delete()
