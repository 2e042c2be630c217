"""The page of an organisation: its draft, what is published, and what was published before."""

from collections.abc import Callable
from copy import copy
from datetime import date
from functools import partial

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils import timezone

from accounts.moderators import demand_moderator
from lib import profile_links
from lib.conflicts import merge
from lib.fields import LineField, UrlLineField
from lib.images import forget
from lib.refusals import BadInput, Conflict
from orgs.models.event import Event
from orgs.roles import EDIT

MOST = {"featured": 12, "sections": 8}  # of each shelf: ids of papers, and of collections, in the page's own order
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
TEXTS = ("description", "website", "links", "announcement")  # what moderators can clear
_NAMES = {"featured": "the featured papers", "sections": "the sections"}


class Overtaken(Conflict):
    """Somebody else has changed these fields, too, so that nothing was saved."""

    def __init__(self, fields: list[str]):
        super().__init__(f"Someone else changed this in the meantime, so nothing was saved: {', '.join(fields)}.")
        self.fields = fields


class CuratedPage(models.Model):
    """What an organisation's page shows, and the verbs that change it, which need the permission EDIT.

    `draft` holds the values of STATE that differ from what is published, `previous` all of them as they were before
    the last change, both as JSON has them, a picture by its name; None if there is none. `revision` grows with every
    change of the page or its draft; `edition` is the revision at which the page became what it is. Verbs are given
    the one that the actor saw, and do nothing if it is outdated.
    """

    description = models.TextField(blank=True, max_length=4000, help_text="Markdown and formulas are supported.")
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
        """The announcement until its last day (UTC) has ended, then ""."""
        is_over = self.announced_until and self.announced_until < timezone.now().date()
        return "" if is_over else self.announcement

    @property
    def editor(self) -> str:
        """The name of who made the last change; "Someone" if the account was deleted."""
        return str(self.changed_by or "Someone")

    def state(self) -> dict:
        """The values of STATE as JSON has them."""
        return {name: _as_json(getattr(self, name)) for name in STATE}

    def pictures(self) -> set[str]:
        """The names of the pictures of the page, of its draft, and of what was published before."""
        states = [state for state in (self.state(), self.draft, self.previous) if state]
        return {state[name] for state in states for name in ("logo", "cover") if state.get(name)}

    def drafted(self):
        """A copy of the organisation with its draft laid over it, to be shown and not to be saved."""
        shown = copy(self)
        shown._set_state(self.draft or {})
        return shown

    @transaction.atomic
    def save_draft(self, actor, values: dict, base: dict[str, str]) -> list[str]:
        """Put into the draft those of these values that the actor changed: whose digest is not the one in `base`.

        Returns the names of fields that others have changed since and the actor has not; they stay. Raises Overtaken
        where both changed the same field.
        """
        self._lock_to_edit(actor)
        typed, both, others = merge(values, self.drafted().state(), base)
        if both:
            raise Overtaken(both)
        if typed:
            self._change(actor, "saved the draft", draft=(self.draft or {}) | typed)
        return others

    @transaction.atomic
    def publish(self, actor, revision: int) -> bool:
        """Publish the draft of this revision. False, and nothing is done, if there is no draft or another one."""
        self._lock_to_edit(actor)
        if self.draft is None or self.revision != revision:
            return False
        verified = self.verified and self.draft.get("name", self.name) == self.name
        before = self.state()
        self._change(actor, "published the page", self.draft, draft=None, previous=before, verified=verified)
        return True

    @transaction.atomic
    def discard(self, actor, revision: int) -> bool:
        """Discard the draft of this revision. False, and nothing is done, if there is no draft or another one."""
        self._lock_to_edit(actor)
        if self.draft is None or self.revision != revision:
            return False
        self._change(actor, "discarded the draft", draft=None)
        return True

    @transaction.atomic
    def undo(self, actor, edition: int) -> bool:
        """Publish again what was published before this edition. To undo that brings this edition back.

        False, and nothing is done, if there is nothing before it or if it is not published any more.
        """
        self._lock_to_edit(actor)
        if self.previous is None or self.edition != edition:
            return False
        self._change(actor, "undid the last change", self.previous, previous=self.state())
        return True

    @transaction.atomic
    def clear_texts(self, actor) -> dict:
        """Empty the page's TEXTS, and delete the draft and what `undo` would bring back. Return the former texts.

        Raises NotAllowed for anybody but moderators.
        """
        self.lock()
        demand_moderator(actor)
        former = {name: value for name, value in self.state().items() if name in TEXTS}
        empty = {name: [] if name == "links" else "" for name in TEXTS}
        self._change(actor, "cleared the text of the page", empty, draft=None, previous=None)
        return former

    @transaction.atomic
    def refill_texts(self, actor, former: dict) -> None:
        """Write former texts where there are none by now. Raises NotAllowed for anybody but moderators."""
        self.lock()
        demand_moderator(actor)
        texts = {name: value for name, value in former.items() if not getattr(self, name)}
        self._change(actor, "restored the text of the page", texts)

    def put(self, actor, shelf: str, pk: int, among: models.QuerySet) -> None:
        """Put the row with this id at the end of a shelf (a key of MOST) of the draft.

        Ids that are not `among` these rows any more leave the shelf. Raises BadInput if there is no room.
        """
        self._arrange(actor, shelf, among, lambda pks: pks if pk in pks else [*pks, pk])

    def take(self, actor, shelf: str, pk: int, among: models.QuerySet) -> None:
        """Take the row with this id from a shelf of the draft. See `put`."""
        self._arrange(actor, shelf, among, lambda pks: [other for other in pks if other != pk])

    def move(self, actor, shelf: str, pk: int, place: int, among: models.QuerySet) -> None:
        """Move the row with this id to this place on its shelf, from 0; nothing happens if it is not on it."""

        def moved(pks: list[int]) -> list[int]:
            others = [other for other in pks if other != pk]
            return [*others[:place], pk, *others[place:]] if pk in pks else pks

        self._arrange(actor, shelf, among, moved)

    @transaction.atomic
    def _arrange(self, actor, shelf: str, among: models.QuerySet, arrange: Callable[[list[int]], list[int]]) -> None:
        self._lock_to_edit(actor)
        before = getattr(self.drafted(), shelf)
        available = set(among.filter(pk__in=before).values_list("pk", flat=True))
        pks = arrange([pk for pk in before if pk in available])
        if len(pks) > MOST[shelf]:
            raise BadInput(f"At most {MOST[shelf]} fit here. Remove one first.")
        if pks != before:
            self._change(actor, f"arranged {_NAMES[shelf]}", draft=(self.draft or {}) | {shelf: pks})

    def _lock_to_edit(self, actor) -> None:
        self.lock()
        self.demand(actor, EDIT)

    def _change(self, actor, change: str, published: dict | None = None, **fields) -> None:
        """Write these fields, and `published` (a state) as what everybody sees from now on, if it is given.

        This is the only place that writes a page or its draft; pictures that nothing refers to afterwards are deleted.
        """
        pictures, revision = self.pictures(), self.revision + 1
        fields |= {"change": change, "changed_by": actor, "changed_at": timezone.now(), "revision": revision}
        if published is not None:
            self._set_state(published)
            fields["edition"] = revision
        for name, value in fields.items():
            setattr(self, name, value)
        shown = () if published is None else (*STATE, "name_skeleton", "updated_at")
        self.save(update_fields=[*fields, *shown])
        Event.objects.record(actor, self, change)
        if unused := pictures - self.pictures():
            transaction.on_commit(partial(forget, unused))

    def _set_state(self, state: dict) -> None:
        for name, value in state.items():
            setattr(self, name, self._meta.get_field(name).to_python(value))


def _as_json(value):
    if isinstance(value, models.fields.files.FieldFile):
        return value.name or ""
    return value.isoformat() if isinstance(value, date) else value
