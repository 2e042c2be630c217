import secrets
from itertools import count

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse

from accounts.models.user import User, shows_everybody
from accounts.moderators import demand_moderator
from lib import locks
from lib.fields import LineField
from lib.locks import LockQuerySet
from lib.refusals import BadInput, NotAllowed
from lib.text import one_line
from lib.words import ascii_slug
from orgs.models import Event, Organisation
from orgs.roles import KEEP, SEE, roles_with

MOST = 200  # of one owner
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is easily taken for another
_SECRET = 26  # letters at random, which are 128 bits


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public: everybody can find it"
    UNLISTED = "unlisted", "Unlisted: anybody with the link can read it"
    PRIVATE = "private", "Private: only you, or the organisation’s members"


class CollectionQuerySet(LockQuerySet):
    def listed(self):
        """The collections that everybody finds: public ones, except those of people who do not show theirs.

        The people are joined, since PostgreSQL would read all of them for a subquery.
        """
        is_shown = Q(user=None) | shows_everybody("collections", "user__")
        return self.filter(is_shown, visibility=Visibility.PUBLIC)

    def public_of(self, person, *, to):
        """A person's public collections, by name; none if the person does not show them to this viewer."""
        shown = self if person.shows("collections", to=to) else self.none()
        return shown.filter(user=person, visibility=Visibility.PUBLIC).order_by("name")

    def open_to(self, viewer):
        """The collections that this viewer may read by their address."""
        is_open = ~Q(visibility=Visibility.PRIVATE) & (Q(user=None) | Q(user__is_active=True))
        return self.filter(is_open | _of(viewer, SEE))

    def kept_by(self, viewer):
        """The collections that this viewer may change."""
        return self.filter(_of(viewer, KEEP))

    def holding(self, paper):
        """The collections with `holds`: whether this paper is in it."""
        held = FilteredRelation("items", condition=Q(items__paper=paper, items__removed_at=None))
        return self.annotate(held=held).annotate(holds=Q(held__position__isnull=False))


def _of(viewer, permission: str) -> Q:
    """The condition for the viewer's own collections and those of organisations where the role has this permission."""
    if not viewer.is_authenticated:
        return Q(pk__in=[])
    return Q(user=viewer) | Q(organisation__in=Organisation.objects.allowing(viewer, permission))


_KEPT_BY = f"""
    SELECT id FROM papers_collection WHERE user_id = {{viewer}}
    UNION ALL
    SELECT kept.id FROM papers_collection kept JOIN orgs_membership member USING (organisation_id)
    WHERE member.user_id = {{viewer}} AND member.role IN ({", ".join(f"'{role}'" for role in roles_with(KEEP))})
"""  # noqa: S608 (the roles are constants)


class CollectionManager(models.Manager.from_queryset(CollectionQuerySet)):
    def kept_by_sql(self, viewer: str) -> str:
        """The ids of `kept_by` for statements that are written by hand.

        `viewer` is the placeholder of the viewer's id. If that is NULL, there are none.
        """
        return _KEPT_BY.format(viewer=viewer)

    @transaction.atomic
    def begin(self, actor, owner, name: str, **values) -> "Collection":
        """Create a collection of a person or an organisation; return theirs of this name if there is one.

        Raises BadInput for a name that is too short or too long and past MOST, NotAllowed for an actor who may not
        keep collections of this owner.
        """
        name, longest = one_line(name), self.model._meta.get_field("name").max_length
        if not 1 <= len(name) <= longest:
            raise BadInput(f"A collection needs a name of 1 to {longest} characters; this one has {len(name)}.")
        owner.lock()
        column = "organisation" if isinstance(owner, Organisation) else "user"
        self.model(**{column: owner}).demand(actor)
        others = self.filter(**{column: owner})
        if existing := others.filter(name__iexact=name).first():
            return existing
        if others.count() >= MOST:
            raise BadInput(f"{owner} has {MOST} collections, which is the maximum. Merge or delete one first.")
        collection = self.create(**{column: owner}, name=name, key=_key(name), **values)
        collection.record(actor, f"began {collection.log_name}")
        return collection

    def move(self, old: Organisation, into: Organisation) -> None:
        """Give all collections of `old` to `into`. A name that is in use there gets the old owner's slug appended."""
        in_use = {collection.name.lower() for collection in self.filter(organisation=into)}
        taken = in_use | {collection.name.lower() for collection in self.filter(organisation=old)}
        for collection in self.filter(organisation=old):
            if collection.name.lower() in in_use:
                collection.name = _free(collection.name, old.slug, taken)
                taken.add(collection.name.lower())
            collection.organisation = into
            collection.save(update_fields=["name", "organisation"])


def _free(name: str, slug: str, taken: set[str]) -> str:
    """The name with the slug of where it comes from, and with a number if that is taken as well."""
    for number in count(1):
        behind = f" ({slug[:40]}{f', {number}' if number > 1 else ''})"
        if (free := name[: 120 - len(behind)] + behind).lower() not in taken:
            return free
    raise AssertionError  # never: a counter has no end


def _key(name: str) -> str:
    """The key in the address of a collection of this name: readable, and with 128 bits that nobody guesses."""
    secret = "".join(secrets.choice(_LETTERS) for _ in range(_SECRET))
    return f"{ascii_slug(name, 50)}-{secret}".strip("-")


class Collection(models.Model):
    """A curated, ordered list of papers with a note on each, of a person or of an organisation.

    `paper_count` is the number of its items that were not removed. `updated_at` changes with everything that its page
    shows of it. `held_reason`: why moderators have made it private; its owner cannot publish it again until they
    release it.
    """

    key = models.SlugField(max_length=80, unique=True)
    name = LineField(max_length=120)
    description = models.TextField(blank=True, max_length=4000, help_text="Markdown and formulas are supported.")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections", null=True, blank=True
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="collections", null=True, blank=True)
    paper_count = models.PositiveIntegerField(default=0)
    follower_count = models.PositiveIntegerField(default=0)
    held_reason = LineField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CollectionManager()

    class Meta:
        indexes = [
            models.Index(fields=["visibility", "follower_count", "id"], name="collection_most_followed"),
            models.Index(fields=["visibility", "created_at", "id"], name="collection_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, organisation__isnull=False) | Q(user__isnull=False, organisation=None),
                name="collection_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="collection_visibility_known"),
            models.CheckConstraint(
                condition=Q(held_reason="") | Q(visibility=Visibility.PRIVATE), name="collection_held_is_private"
            ),
            models.UniqueConstraint("user", Lower("name"), name="collection_name_once_a_person"),
            models.UniqueConstraint("organisation", Lower("name"), name="collection_name_once_an_organisation"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("papers:collection", args=[self.key])

    @property
    def owner(self):
        return self.organisation or self.user

    @property
    def is_private(self) -> bool:
        return self.visibility == Visibility.PRIVATE

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC

    @property
    def log_name(self) -> str:
        """What the log of an organisation calls it. Moderators read that, too, so it names no private collection."""
        return "a private collection" if self.is_private else f"the collection “{self}”"

    def record(self, actor, text: str) -> None:
        """Add a line to the log of the organisation that owns it, if one does."""
        if self.organisation:
            Event.objects.record(actor, self.organisation, text)

    def lock(self) -> None:
        """Lock this row until the transaction ends, and read it anew with its owner. Raises Gone if it was deleted."""
        rows = Collection.objects.select_related("user", "organisation")
        locks.lock_row(self, "This collection was just deleted.", rows)

    def lock_to_change(self, actor) -> None:
        """Lock it, as `lock` does. Raises NotAllowed for an actor who may not change it or is not active."""
        self.lock()
        actor.demand_active()
        self.demand(actor)

    @transaction.atomic
    def edit(self, actor, **values) -> None:
        """Write these fields; nobody follows a collection any more that becomes private.

        Raises NotAllowed for a collection that moderators hold and that would not be private any more.
        """
        self.lock_to_change(actor)
        for name, value in values.items():
            setattr(self, name, value)
        if not self.is_private:
            self.demand_released()
        self._save()
        self.record(actor, f"edited {self.log_name}")

    def _save(self) -> None:
        if self.is_private:
            self.follows.all().delete()
            self.follower_count = 0
        self.save()

    @transaction.atomic
    def hold(self, actor, reason: str) -> dict:
        """Make it private until `release`, for a reason that its owner reads. Return what `release` needs, as JSON.

        Raises NotAllowed for anybody but moderators.
        """
        self.lock()
        demand_moderator(actor)
        former = {"visibility": self.visibility, "followers": list(self.follows.values_list("user", flat=True))}
        self.held_reason, self.visibility = reason, Visibility.PRIVATE
        self._save()
        return former

    @transaction.atomic
    def release(self, actor, former: dict) -> None:
        """Make it as visible as it was, for its former followers, too. Raises NotAllowed for all but moderators."""
        self.lock()
        demand_moderator(actor)
        self.held_reason, self.visibility = "", former["visibility"]
        if not self.is_private:
            followers = User.objects.filter(pk__in=former["followers"], is_active=True)
            self.follows.bulk_create([self.follows.model(user=user, collection=self) for user in followers])
            self.follower_count = len(followers)
        self._save()

    @transaction.atomic
    def end(self, actor) -> None:
        """Delete the collection."""
        self.lock_to_change(actor)
        self.record(actor, f"deleted {self.log_name}")
        self.delete()

    @property
    def shown(self) -> tuple:
        """Everything that lists and its page show of it and its owner, for an ETag."""
        owner = (self.owner.pk, self.organisation.updated_at if self.organisation else str(self.user))
        return self.pk, self.updated_at, self.follower_count, owner

    def is_kept_by(self, user) -> bool:
        """Whether this user may change it."""
        if self.organisation:
            return self.organisation.allows(user, KEEP)
        return self.user == user

    def demand(self, user) -> None:
        """Raises NotAllowed if this user may not change it."""
        if not self.is_kept_by(user):
            raise NotAllowed("You can't change this collection.")

    def demand_released(self) -> None:
        """Raises NotAllowed for a collection that moderators hold."""
        if self.held_reason:
            raise NotAllowed(f"Moderators have made this collection private: {self.held_reason}")

    def count_items(self, added: int) -> None:
        """Record that its items have changed, and how many more there are."""
        Collection.objects.filter(pk=self.pk).update(paper_count=F("paper_count") + added, updated_at=Now())
