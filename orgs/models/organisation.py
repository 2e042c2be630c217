from django.db import models
from django.urls import reverse

from orgs.models.curated import CuratedPage
from orgs.roles import MAY


class OrganisationManager(models.Manager):
    def ensure(self, names: dict[str, str]) -> dict[str, "Organisation"]:
        """The organisations with these slugs (slug → name), made unverified and ownerless where they are missing."""
        self.bulk_create([Organisation(slug=s, name=n) for s, n in names.items()], ignore_conflicts=True)
        return {organisation.slug: organisation for organisation in self.filter(slug__in=names)}


class Organisation(CuratedPage):
    """A laboratory, company or reading group with a page of its own."""

    slug = models.SlugField(max_length=96, unique=True)
    name = models.CharField(max_length=120)
    verified = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

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
        words = [word for word in self.name.replace("-", " ").split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper() or self.slug[0].upper()

    def allows(self, user, deed: str) -> bool:
        """Whether this user's role here includes the deed (see `orgs.roles`)."""
        if not user.is_authenticated:
            return False
        role = self.memberships.filter(user=user).values_list("role", flat=True).first()
        return deed in MAY.get(role, ())
