import re
from datetime import timedelta
from functools import partial

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import models as auth
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.heldprofile import HeldProfile
from accounts.models.moderated import Moderated
from accounts.signals import access_revoked
from accounts.usernames import validate_full_name
from lib import profile_links, template_mail
from lib.fields import LineField, MailField
from lib.images import forget
from lib.locks import LockQuerySet
from lib.mailboxes import canonical
from lib.text import initials

CONFIRMED_WITHIN = timedelta(days=7)  # then an unconfirmed account is deleted, so that its user name is free again
# /people/ada.atom is the feed of Ada's page.
_is_no_feed = RegexValidator(
    r"\.(?:atom|json|rss)\Z",
    "A username can't end in .atom, .json or .rss, as feed addresses do.",
    inverse_match=True,
    flags=re.IGNORECASE,
)


def shows_everybody(section: str, person: str = "") -> Q:
    """Returns the condition that a person lets everybody see a section of their page.

    `person` is what leads from the rows that are filtered to the person, such as "user__".
    """
    return Q(**{f"{person}is_active": True, f"{person}shows_{section}": True})


class UserQuerySet(LockQuerySet):
    def showing(self, section: str, *, to):
        """Returns the people who let `to` see a section of their page: "votes", "submissions", "collections" or
        "memberships". `User.shows` is the same for one person.
        """
        return self.filter(shows_everybody(section) | Q(pk=to.pk))

    def named(self, usernames):
        """Returns the active people with these user names in lower case."""
        return self.alias(lowered=Lower("username")).filter(lowered__in=list(usernames), is_active=True)

    def moderators(self):
        """Returns the people for whom `User.is_moderator` is true."""
        return self.filter(Q(is_appointed_moderator=True) | Q(is_superuser=True), is_active=True)

    def privileged(self):
        """Returns appointed moderators and superusers, active or not, with `has_factor`: whether they set up one."""
        types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=types)
        people = self.filter(Q(is_appointed_moderator=True) | Q(is_superuser=True))
        return people.annotate(has_factor=Exists(factors))

    def superusers(self):
        """Returns the active superusers."""
        return self.filter(is_superuser=True, is_active=True)

    def never_confirmed(self):
        """Returns accounts older than CONFIRMED_WITHIN that have an unconfirmed address and no confirmed one.

        Accounts that were ever signed in and those of staff, moderators and superusers are not among them.
        """
        addresses = EmailAddress.objects.filter(user=OuterRef("pk"))
        return self.filter(
            Exists(addresses.filter(verified=False)),
            ~Exists(addresses.filter(verified=True)),
            last_login=None,
            is_staff=False,
            is_superuser=False,
            is_appointed_moderator=False,
            date_joined__lt=timezone.now() - CONFIRMED_WITHIN,
        )


class UserManager(auth.UserManager.from_queryset(UserQuerySet)):
    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Returns the form in which addresses are compared. Django calls this for every account that it makes."""
        return canonical(email or "")

    def delete_never_confirmed(self) -> None:
        """Delete the accounts of `never_confirmed`.

        Each is checked again under a lock, because its owner may be confirming an address at this moment.
        """
        for pk in self.never_confirmed().values_list("pk", flat=True):
            with transaction.atomic():
                for rows in (EmailAddress.objects.filter(user=pk), self.filter(pk=pk)):
                    list(rows.select_for_update())
                self.never_confirmed().filter(pk=pk).delete()

    def end_suspensions(self) -> None:
        """End the suspensions whose time is over."""
        for person in self.filter(suspended_until__lte=timezone.now()):
            person.end_suspension()


class User(HeldProfile, Moderated, auth.AbstractUser):
    """A person with an account. `username` is public and part of addresses; `name` is what pages show."""

    username = models.CharField(
        "username",
        max_length=39,
        unique=True,
        validators=[ASCIIUsernameValidator(), _is_no_feed],
        help_text="At most 39 characters: letters, digits, hyphens and underscores.",
        error_messages={"unique": "This username is taken."},
    )
    email = MailField("email address", blank=True)
    name = LineField("full name", max_length=120, blank=True, validators=[validate_full_name])
    about = models.TextField("about", max_length=1000, blank=True, help_text="Markdown and formulas are supported.")
    links = models.JSONField(default=list, blank=True, validators=[profile_links.validate])
    portrait = models.ImageField("picture", upload_to="portraits", blank=True)
    shows_submissions = models.BooleanField(
        "show the papers that I submitted",
        default=True,
        help_text="Your public page lists them, and each paper’s page names you.",
    )
    shows_votes = models.BooleanField(
        "show my upvotes",
        default=False,
        help_text="Your public page lists the papers that you upvoted.",
    )
    shows_collections = models.BooleanField(
        "show my public collections",
        default=True,
        help_text="Your public page and the list of collections show them. If hidden, they open only by their links.",
    )
    shows_memberships = models.BooleanField(
        "show my organisations",
        default=True,
        help_text="Your public page lists them, and their pages list you as a member.",
    )
    first_name = None
    last_name = None

    objects = UserManager()

    class Meta(Moderated.Meta):
        constraints = [
            models.UniqueConstraint(Lower("username"), name="username_once_in_any_case"),
            *Moderated.Meta.constraints,
            *HeldProfile.Meta.constraints,
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.username

    def confirmed_addresses(self) -> list[str]:
        """Returns the confirmed addresses in their canonical form, the primary one first."""
        confirmed = self.emailaddress_set.filter(verified=True).order_by("-primary", "pk")
        return list(confirmed.values_list("email", flat=True))

    @property
    def initials(self) -> str:
        """One or two letters that stand for a missing portrait."""
        return initials(str(self)) or self.username[0].upper()

    def shows(self, section: str, *, to) -> bool:
        """Returns whether `to` may see this section of the person's page (`UserQuerySet.showing`)."""
        return self == to or (self.is_active and getattr(self, f"shows_{section}"))

    def end_sessions(self, *, keep: str = "") -> None:
        """End all sessions of this person except the one with the key `keep`."""
        for session in self.usersession_set.exclude(session_key=keep):
            session.end()

    @transaction.atomic
    def revoke_access(self, *, keep: str) -> None:
        """End all sessions except the one with the key `keep`, and all keys that give access without sign-in.

        The person is locked first, as a suspension does it, so that the two never wait for each other.
        """
        self.lock()
        self.end_sessions(keep=keep)
        access_revoked.send(sender=User, user=self)

    @transaction.atomic
    def leave(self) -> None:
        """Delete the account, its sessions and its portrait, and send a last mail. A deleted account is left alone.

        The row is locked first, so that nothing more is written for this person while it is being deleted.
        """
        person = User.objects.select_for_update().filter(pk=self.pk).first()
        if person is None:
            return
        person.end_sessions()
        if person.portrait:
            transaction.on_commit(partial(forget, [person.portrait.name]))
        if person.email:
            template_mail.post(
                "accounts/farewell.txt", person.email, "Your account was deleted", {"username": person.username}
            )
        person.delete()
