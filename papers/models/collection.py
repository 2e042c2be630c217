import secrets
from itertools import count

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.text import slugify

from lib.fields import LineField
from lib.refusals import BadInput
from lib.text import one_line
from orgs.models import Event, Organisation
from orgs.roles import KEEP, SEE

MOST = 200  # of one owner
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is easily taken for another


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public: everybody finds it"
    UNLISTED = "unlisted", "Unlisted: whoever has the link can read it"
    PRIVATE = "private", "Private: nobody else"


class CollectionQuerySet(models.QuerySet):
    def listed(self):
        """What everybody finds: public, and not of a person who does not let it show."""
        showing = get_user_model().objects.showing("collections", to=AnonymousUser())
        return self.filter(Q(user=None) | Q(user__in=showing), visibility=Visibility.PUBLIC)

    def public_of(self, person, *, to):
        """A person's public ones, by name, if the person lets this viewer see them."""
        shown = self if person.shows("collections", to=to) else self.none()
        return shown.filter(user=person, visibility=Visibility.PUBLIC).order_by("name")

    def open_to(self, viewer):
        """What this viewer may read who knows the address."""
        is_open = ~Q(visibility=Visibility.PRIVATE) & (Q(user=None) | Q(user__is_active=True))
        return self.filter(is_open | _of(viewer, SEE))

    def kept_by(self, viewer):
        """What this viewer may change."""
        return self.filter(_of(viewer, KEEP))

    def holding(self, paper):
        """With `holds`: whether this paper is in it."""
        held = FilteredRelation("items", condition=Q(items__paper=paper, items__removed_at=None))
        return self.annotate(held=held).annotate(holds=Q(held__position__isnull=False))


def _of(viewer, deed: str) -> Q:
    """The viewer's own, and those of organisations in which the viewer may do this."""
    if not viewer.is_authenticated:
        return Q(pk__in=[])
    return Q(user=viewer) | Q(organisation__in=Organisation.objects.allowing(viewer, deed))


class CollectionManager(models.Manager.from_queryset(CollectionQuerySet)):
    @transaction.atomic
    def begin(self, by, owner, name: str, **told) -> "Collection":
        """A new collection of a person or an organisation. One that they have under this name is that one.

        Raises BadInput for a name that can't be, and where an owner has as many as there can be.
        """
        name, longest = one_line(name), self.model._meta.get_field("name").max_length
        if not 1 <= len(name) <= longest:
            raise BadInput(f"A collection needs a name of 1 to {longest} characters; this one has {len(name)}.")
        owner.lock()
        column = "organisation" if isinstance(owner, Organisation) else "user"
        theirs = self.filter(**{column: owner})
        if here := theirs.filter(name__iexact=name).first():
            return here
        if theirs.count() >= MOST:
            raise BadInput(
                f"{owner} has {MOST} collections, which is as many as there can be. Merge or delete one first."
            )
        collection = self.create(**{column: owner}, name=name, key=_key(name), **told)
        collection.tell(by, f"began {collection.as_told}")
        return collection

    def move(self, old: Organisation, into: Organisation) -> None:
        """To another organisation; one whose name is in use there gets the old owner's behind it."""
        here = {collection.name.lower() for collection in self.filter(organisation=into)}
        taken = here | {collection.name.lower() for collection in self.filter(organisation=old)}
        for collection in self.filter(organisation=old):
            if collection.name.lower() in here:
                collection.name = _free(collection.name, old.slug, taken)
                taken.add(collection.name.lower())
            collection.organisation = into
            collection.save(update_fields=["name", "organisation"])

    def hold(self, *collections) -> None:
        """Nobody else changes these before this transaction ends."""
        pks = [collection.pk for collection in collections]
        list(self.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk"))


def _free(name: str, slug: str, taken: set[str]) -> str:
    """The name with where it comes from, and a number if that is taken as well."""
    for number in count(1):
        behind = f" ({slug[:40]}{f', {number}' if number > 1 else ''})"
        if (free := name[: 120 - len(behind)] + behind).lower() not in taken:
            return free
    raise AssertionError  # never: a counter has no end


def _key(name: str) -> str:
    """For the address: readable, and with 60 bits that nobody guesses."""
    secret = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{slugify(name)[:60].strip('-')}-{secret}".strip("-")


class Collection(models.Model):
    """A curated, ordered list of papers with a note on each, of a person or of an organisation.

    `paper_count` = its items that were not removed. `updated_at` moves with everything that its page shows
    of it.
    """

    key = models.SlugField(max_length=80, unique=True)
    name = LineField(max_length=120)
    description = models.TextField(blank=True, max_length=4000, help_text="Markdown and maths are welcome.")
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.PRIVATE)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections", null=True, blank=True
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="collections", null=True, blank=True)
    paper_count = models.PositiveIntegerField(default=0)
    follower_count = models.PositiveIntegerField(default=0)
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
    def as_told(self) -> str:
        """As an organisation's log tells of it, which not only its members read."""
        return "a private collection" if self.is_private else f"the collection “{self}”"

    def tell(self, actor, text: str) -> None:
        """An organisation's log knows what happens to its collections."""
        if self.organisation:
            Event.objects.tell(self.organisation, actor, text)

    @transaction.atomic
    def end(self, actor) -> None:
        self.tell(actor, f"deleted {self.as_told}")
        self.delete()

    @property
    def shown(self) -> tuple:
        """All that lists and its page show of it and its owner, for an ETag."""
        owner = (self.owner.pk, self.organisation.updated_at if self.organisation else str(self.user))
        return self.pk, self.updated_at, self.follower_count, owner

    def is_kept_by(self, user) -> bool:
        """Whether this user may change it."""
        if self.organisation:
            return self.organisation.allows(user, KEEP)
        return self.user == user

    def moved(self, more: int) -> None:
        """Its items have changed, and there are so many more of them."""
        Collection.objects.filter(pk=self.pk).update(paper_count=F("paper_count") + more, updated_at=Now())
