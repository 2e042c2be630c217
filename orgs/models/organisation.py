from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from lib import locks
from lib.fields import LineField
from lib.locks import LockQuerySet, take
from lib.lookalikes import RESERVED, skeleton
from lib.refusals import NotAllowed
from lib.text import initials
from orgs.models.curated import CuratedPage
from orgs.models.event import Event
from orgs.models.formerslug import FormerSlug
from orgs.models.membership import Membership
from orgs.names import NameSkeletonField, plain, skeleton_of
from orgs.roles import MAY, Role, roles_with, who_may

FOUNDED_A_DAY = 3
_SLUGS_LOCK = 0x6F726773  # the number of an advisory lock of PostgreSQL, which nothing else takes


class OrganisationManager(models.Manager.from_queryset(LockQuerySet)):
    @transaction.atomic
    def ensure(self, names: dict[str, str]) -> dict[str, "Organisation"]:
        """Return the organisations with these slugs (slug → name), by slug; create those that are missing.

        New ones are unverified and have no owner. Each has `owned`: whether somebody owns it. A slug that an
        organisation had before it was merged into another one stands for the other one.
        """
        self.lock_slugs()
        former = dict(FormerSlug.objects.filter(slug__in=names).values_list("slug", "organisation"))
        missing = [Organisation(slug=slug, name=name) for slug, name in names.items() if slug not in former]
        self.bulk_create(missing, ignore_conflicts=True)
        owners = Membership.objects.owners().filter(organisation=OuterRef("pk"))
        rows = self.filter(Q(slug__in=names) | Q(pk__in=former.values())).annotate(owned=Exists(owners))
        by_key = {organisation.pk: organisation for organisation in rows}
        by_slug = {organisation.slug: organisation for organisation in by_key.values() if organisation.slug in names}
        return by_slug | {slug: by_key[pk] for slug, pk in former.items()}

    @transaction.atomic
    def found(self, user, name: str, slug: str) -> "Organisation":
        """Create an organisation that this user owns; a second time returns the first one.

        Raises NotAllowed without a confirmed mail address, ValidationError if the slug or the name could be taken for
        another organisation's, and past FOUNDED_A_DAY.
        """
        demand_confirmed_address(user)
        self.lock_slugs()
        user.demand_active()
        if existing := user.founded.filter(name=name, slug=slug).first():
            return existing
        if user.founded.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= FOUNDED_A_DAY:
            raise ValidationError(f"You can create {FOUNDED_A_DAY} organisations a day. Try again tomorrow.")
        self.refuse_imitation("slug", slug)
        self.refuse_imitation("name", name)
        organisation = self.create(slug=slug, name=name, founder=user)
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
        Event.objects.record(user, organisation, "created this organisation")
        return organisation

    def lock_slugs(self) -> None:
        """Let no other transaction create or merge organisations until this one ends.

        So no two whose slugs or names look alike are founded at once.
        """
        take(_SLUGS_LOCK)

    def refuse_imitation(self, field: str, value: str, but: int | None = None) -> None:
        """Raises ValidationError, for this form field, for a value that looks like a slug or a name that is in use.

        Those of the organisation with the id `but` are no obstacle. At most two statements.
        """
        bones = skeleton(value)
        if bones in RESERVED:
            raise ValidationError({field: f"“{value}” is reserved. Choose another."})
        present = self.filter(Q(skeleton=bones) | Q(name_skeleton=bones)).exclude(pk=but)
        former = FormerSlug.objects.filter(skeleton=bones).exclude(organisation=but)
        if other := present.first() or former.first():
            text = f"“{value}” is taken, or looks too much like “{other.slug}”. Choose another."
            raise ValidationError({field: text})

    def allowing(self, user, permission: str):
        """The organisations in which this user's role includes the permission (see `orgs.roles`)."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(memberships__user=user, memberships__role__in=roles_with(permission))


class Organisation(CuratedPage):
    """A laboratory, company or reading group with a page of its own."""

    slug = models.SlugField(max_length=96, unique=True)
    name = LineField(max_length=120, validators=[plain])
    verified = models.BooleanField(default=False)
    founder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="founded", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    skeleton = models.GeneratedField(
        expression=skeleton_of("slug"), output_field=models.CharField(max_length=96), db_persist=True, db_index=True
    )
    name_skeleton = NameSkeletonField(max_length=120, editable=False)

    objects = OrganisationManager()

    class Meta(CuratedPage.Meta):
        ordering = ["name"]
        indexes = [models.Index(fields=["name_skeleton"], name="organisation_name_skeleton")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("papers:org", args=[self.slug])

    @property
    def initials(self) -> str:
        """One or two letters for the place of a logo."""
        return initials(self.name) or self.slug[0].upper()

    @property
    def domain(self) -> str:
        """The domain whose mail addresses prove that a person belongs to the organisation.

        It is "" unless the website is the root of its host.
        """
        website = urlsplit(self.website)
        host = (website.hostname or "").removeprefix("www.")
        is_root = website.path in ("", "/") and not website.query and not website.fragment
        return host if is_root and "." in host else ""

    @property
    def is_owned(self) -> bool:
        return self.memberships.owners().exists()

    def role_of(self, user) -> str | None:
        """The user's role, or None. Somebody whose account is not active by now has none."""
        if not user.is_authenticated:
            return None
        return self.memberships.filter(user=user, user__is_active=True).values_list("role", flat=True).first()

    def allows(self, user, permission: str) -> bool:
        """Whether this user's role in the organisation includes the permission (see `orgs.roles`)."""
        return permission in self.permissions_of(user)

    def permissions_of(self, user) -> Collection[str]:
        """All permissions that this user's role in the organisation includes."""
        return MAY.get(self.role_of(user), ())

    def demand(self, user, permission: str) -> None:
        """Raises NotAllowed if this user's role in the organisation does not include the permission."""
        if not self.allows(user, permission):
            raise NotAllowed(f"Only {who_may(permission)} of {self} may {permission}.")

    def lock(self) -> None:
        """Lock this row until the transaction ends, and read it anew.

        Whoever changes the organisation, its members or their roles locks it first. Raises Gone if it was merged into
        another one.
        """
        locks.lock_row(self, "This organisation was just merged into another one.")


def demand_confirmed_address(user) -> None:
    """Raises NotAllowed for a user who has confirmed no mail address and so may not found an organisation."""
    if not user.confirmed_addresses():
        raise NotAllowed(
            "Confirm an email address first (Settings, Email address); then you can create an organisation."
        )
