"""What an organisation's admins make of its page: a draft, what is published, and what was published before it."""

from collections.abc import Callable
from copy import copy
from datetime import date
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils import timezone

from lib import profile_links
from lib.conflicts import merge
from lib.fields import LineField, UrlLineField
from lib.images import forget
from lib.refusals import BadInput
from orgs.models.event import Event

MOST = {"featured": 12, "sections": 8}  # what stands in an order of the organisation's own: ids of the rooms above
STATE = (
    "name",
    "description",
    "website",
    "links",
    "logo",
    "cover",
    "accent",
    "announcement",
    "announced_until",
    "featured",
    "sections",
)
_NAMES = {"featured": "the featured papers", "sections": "the sections"}


class Overtaken(Exception):
    """Somebody else has changed these fields, too; nothing was saved. `now` is the organisation as it is."""

    def __init__(self, fields: list[str], now: "CuratedPage"):
        super().__init__(f"changed meanwhile: {', '.join(fields)}")
        self.fields = fields
        self.now = now


class CuratedPage(models.Model):
    """`draft` and `previous` are states: the values of STATE as JSON, a picture by its name. None where there is none.

    `revision` grows with every change of the page or its draft; `edition` is the revision that made the page what it
    is. A verb carries the one that its page showed, and does nothing where that is of the past.
    """

    description = models.TextField(blank=True, max_length=4000, help_text="Markdown and maths are welcome.")
    website = UrlLineField(blank=True)
    links = models.JSONField(default=list, blank=True, validators=[profile_links.validate])
    logo = models.ImageField(upload_to="logos", blank=True)
    cover = models.ImageField(upload_to="covers", blank=True)
    accent = models.CharField(max_length=7, blank=True)
    announcement = LineField(max_length=200, blank=True)
    announced_until = models.DateField("announced until", null=True, blank=True)
    featured = ArrayField(models.BigIntegerField(), default=list, blank=True)
    sections = ArrayField(models.BigIntegerField(), default=list, blank=True)
    draft = models.JSONField(null=True, blank=True, editable=False)
    previous = models.JSONField(null=True, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    edition = models.PositiveIntegerField(default=0, editable=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )
    changed_at = models.DateTimeField(null=True, editable=False)
    change = models.CharField(max_length=40, blank=True, editable=False)  # goes on after the name of who made it

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(featured__len__lte=MOST["featured"], sections__len__lte=MOST["sections"]),
                name="%(class)s_shows_few",
            ),
            models.CheckConstraint(
                condition=models.Q(accent="") | models.Q(accent__regex="^#[0-9a-f]{6}$"), name="%(class)s_accent"
            ),
        ]

    @property
    def news(self) -> str:
        """The announcement, to the end of its last day (UTC)."""
        is_over = self.announced_until and self.announced_until < timezone.now().date()
        return "" if is_over else self.announcement

    @property
    def editor(self) -> str:
        """Who made the last change; people may be gone."""
        return str(self.changed_by or "Somebody")

    def state(self) -> dict:
        return {name: _plain(getattr(self, name)) for name in STATE}

    def pictures(self) -> set[str]:
        """Of the page, of its draft, and of what was before."""
        states = [state for state in (self.state(), self.draft, self.previous) if state]
        return {state[name] for state in states for name in ("logo", "cover") if state.get(name)}

    def drafted(self):
        """The organisation as its draft has it, to be shown and not to be saved."""
        shown = copy(self)
        shown._lay(self.draft or {})
        return shown

    @transaction.atomic
    def save_draft(self, values: dict, base: dict[str, str], by) -> list[str]:
        """Put into the draft what of these values is not as `base` (digests) knew it: the rest was not touched here.

        Returns what others have changed of that rest meanwhile; it stays. Raises Overtaken where both changed the same.
        """
        now = self._locked()
        typed, both, others = merge(values, now.drafted().state(), base)
        if both:
            raise Overtaken(both, now)
        if typed:
            now._move_on("saved the draft", by, draft=(now.draft or {}) | typed)
        return others

    @transaction.atomic
    def publish(self, revision: int, by) -> bool:
        """Whether it was done: not if there is no draft, or not that one any more."""
        now = self._locked()
        if now.draft is None or now.revision != revision:
            return False
        before = now.state()
        now._lay(now.draft)
        now.verified = now.verified and now.name == before["name"]
        now._move_on("published the page", by, draft=None, previous=before, edition=revision + 1)
        return True

    @transaction.atomic
    def discard(self, revision: int, by) -> bool:
        now = self._locked()
        if now.draft is None or now.revision != revision:
            return False
        now._move_on("discarded the draft", by, draft=None)
        return True

    @transaction.atomic
    def undo(self, edition: int, by) -> bool:
        """Bring the page back to what it was before this edition; to undo that is to bring it back once more."""
        now = self._locked()
        if now.previous is None or now.edition != edition:
            return False
        undone = now.state()
        now._lay(now.previous)
        now._move_on("undid the last change", by, previous=undone, edition=now.revision + 1)
        return True

    def put(self, shelf: str, pk: int, by, among: models.QuerySet) -> None:
        """Put this last on a shelf (a key of MOST) of the draft, where only what is `among` these stays.

        Raises BadInput if there is no room.
        """
        self._arrange(shelf, lambda pks: pks if pk in pks else [*pks, pk], by, among)

    def take(self, shelf: str, pk: int, by, among: models.QuerySet) -> None:
        self._arrange(shelf, lambda pks: [other for other in pks if other != pk], by, among)

    def move(self, shelf: str, pk: int, place: int, by, among: models.QuerySet) -> None:
        """To this place, from 0; what is not on the shelf is not put there."""

        def moved(pks: list[int]) -> list[int]:
            others = [other for other in pks if other != pk]
            return [*others[:place], pk, *others[place:]] if pk in pks else pks

        self._arrange(shelf, moved, by, among)

    @transaction.atomic
    def _arrange(self, shelf: str, arrange: Callable[[list[int]], list[int]], by, among: models.QuerySet) -> None:
        now = self._locked()
        before = getattr(now.drafted(), shelf)
        here = set(among.filter(pk__in=before).values_list("pk", flat=True))
        pks = arrange([pk for pk in before if pk in here])
        if len(pks) > MOST[shelf]:
            raise BadInput(f"There is room for {MOST[shelf]} here. Take one away first.")
        if pks != before:
            now._move_on(f"arranged {_NAMES[shelf]}", by, draft=(now.draft or {}) | {shelf: pks})

    def _locked(self):
        return type(self).objects.select_for_update(no_key=True).get(pk=self.pk)

    def _move_on(self, change: str, by, **fields) -> None:
        """The one place where a change of the page or its draft is written."""
        before = type(self).objects.get(pk=self.pk)
        fields |= {"change": change, "changed_by": by, "changed_at": timezone.now(), "revision": self.revision + 1}
        for name, value in fields.items():
            setattr(self, name, value)
        shown = {*STATE, "verified", "updated_at"} if "edition" in fields else set()
        self.save(update_fields={*fields, *shown})
        Event.objects.tell(self, by, change)
        if gone := before.pictures() - self.pictures():
            transaction.on_commit(partial(forget, gone))

    def _lay(self, state: dict) -> None:
        for name, value in state.items():
            setattr(self, name, self._meta.get_field(name).to_python(value))


def _plain(value):
    if isinstance(value, models.fields.files.FieldFile):
        return value.name or ""
    return value.isoformat() if isinstance(value, date) else value
