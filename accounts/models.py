from django.contrib.auth.models import AbstractUser
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models.functions import Lower


class User(AbstractUser):
    """A person with an account. `username` is public and part of addresses; `name` is what pages show."""

    username = models.CharField(
        "user name",
        max_length=39,
        unique=True,
        validators=[ASCIIUsernameValidator()],
        help_text="At most 39 characters: letters, digits and @ . + - _",
        error_messages={"unique": "This user name is taken."},
    )
    name = models.CharField("full name", max_length=120, blank=True)
    shows_votes = models.BooleanField(
        "show my upvotes",
        default=False,
        help_text="Your public page lists the papers that you upvoted.",
    )
    shows_submissions = models.BooleanField("show the papers that I submitted", default=True)
    shows_collections = models.BooleanField(
        "show my public collections",
        default=True,
        help_text="Your public page and the list of collections have them; hidden, only who has a link finds them.",
    )
    first_name = None
    last_name = None

    class Meta:
        constraints = [models.UniqueConstraint(Lower("username"), name="username_once_in_any_case")]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.username

    @property
    def is_moderator(self) -> bool:
        """Moderators decide claims and merge organisations; who may enter the admin is one."""
        return self.is_active and self.is_staff

    def confirmed_addresses(self) -> list[str]:
        """In lower case, the primary one first."""
        confirmed = self.emailaddress_set.filter(verified=True).order_by("-primary", "pk")
        return [email.lower() for email in confirmed.values_list("email", flat=True)]
