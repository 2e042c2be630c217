from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from lib.fields import LineField
from lib.lookalikes import RESERVED, skeleton
from lib.refusals import BadInput
from lib.text import initials
from orgs.models.curated import CuratedPage
from orgs.models.event import Event
from orgs.models.formerslug import FormerSlug
from orgs.models.membership import Membership
from orgs.names import plain, skeleton_of
from orgs.roles import MAY, Role, who_may

FOUNDED_A_DAY = 3
_LOCK = 0x6F726773  # any number that nobody else locks on


class OrganisationManager(models.Manager):
    @transaction.atomic
    def ensure(self, names: dict[str, str]) -> dict[str, "Organisation"]:
        """The organisations with these slugs (slug → name), made unverified and ownerless where they are missing.

        With `owned`: whether somebody owns it. A slug that was merged away stands for the organisation that has its
        papers now.
        """
        self.lock_slugs()
        moved = dict(FormerSlug.objects.filter(slug__in=names).values_list("slug", "organisation"))
        missing = [Organisation(slug=slug, name=name) for slug, name in names.items() if slug not in moved]
        self.bulk_create(missing, ignore_conflicts=True)
        owners = Membership.objects.owners().filter(organisation=OuterRef("pk"))
        meant = self.filter(Q(slug__in=names) | Q(pk__in=moved.values())).annotate(owned=Exists(owners))
        here = {organisation.pk: organisation for organisation in meant}
        slugs = {organisation.slug: organisation for organisation in here.values() if organisation.slug in names}
        return slugs | {slug: here[pk] for slug, pk in moved.items()}

    @transaction.atomic
    def found(self, user, name: str, slug: str) -> "Organisation":
        """A new organisation that this user owns; twice is once.

        Raises ValidationError if the slug or the name could be taken for another's, and past FOUNDED_A_DAY.
        """
        self.lock_slugs()
        if mine := user.founded.filter(name=name, slug=slug).first():
            return mine
        if user.founded.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= FOUNDED_A_DAY:
            raise ValidationError(f"You have founded {FOUNDED_A_DAY} organisations today; tomorrow is another day.")
        for field, said in (("slug", slug), ("name", name)):
            self.refuse_imitation(field, said)
        organisation = self.create(slug=slug, name=name, founder=user)
        Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
        Event.objects.tell(organisation, user, "founded this organisation")
        return organisation

    def lock_slugs(self) -> None:
        """Slugs come and go one transaction at a time, so that no two that look alike are made at once."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def refuse_imitation(self, field: str, said: str, but: int | None = None) -> None:
        """Raises ValidationError for what could be taken for a slug or the name of another organisation than `but`."""
        bones = skeleton(said)
        if bones in RESERVED:
            raise ValidationError({field: f"“{said}” is a word that the site keeps for itself. Choose another."})
        alike = [
            self.filter(skeleton=bones).exclude(pk=but).first(),
            FormerSlug.objects.filter(skeleton=bones).exclude(organisation=but).first(),
            *(other for other in self.exclude(pk=but).only("slug", "name") if skeleton(other.name) == bones),
        ]
        for taken in filter(None, alike):
            raise ValidationError({field: f"“{said}” is taken, or looks too much like “{taken.slug}”. Choose another."})

    def allowing(self, user, deed: str):
        """Those in which this user's role includes the deed (see `orgs.roles`)."""
        if not user.is_authenticated:
            return self.none()
        roles = [role for role, deeds in MAY.items() if deed in deeds]
        return self.filter(memberships__user=user, memberships__role__in=roles)


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

    objects = OrganisationManager()

    class Meta(CuratedPage.Meta):
        ordering = ["name"]

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
        """The domain whose addresses prove that one belongs here; "" unless the website is the root of its host."""
        website = urlsplit(self.website)
        host = (website.hostname or "").removeprefix("www.")
        is_root = website.path in ("", "/") and not website.query and not website.fragment
        return host if is_root and "." in host else ""

    @property
    def is_owned(self) -> bool:
        return self.memberships.owners().exists()

    def role_of(self, user) -> str | None:
        if not user.is_authenticated:
            return None
        return self.memberships.filter(user=user).values_list("role", flat=True).first()

    def allows(self, user, deed: str) -> bool:
        """Whether this user's role here includes the deed (see `orgs.roles`)."""
        return deed in self.deeds_of(user)

    def deeds_of(self, user) -> Collection[str]:
        """All that this user's role here includes."""
        return MAY.get(self.role_of(user), ())

    def demand(self, user, deed: str) -> None:
        """Raises PermissionDenied, in words, if this user's role here does not include the deed."""
        if not self.allows(user, deed):
            raise PermissionDenied(f"Only {who_may(deed)} of {self} may {deed}.")

    def lock(self) -> None:
        """Until the transaction ends, nobody else changes who belongs here. Raises BadInput if it was merged away."""
        if not Organisation.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("pk"):
            raise BadInput("This organisation has just been merged into another one.")
