"""Receivers of django-allauth's signals, which write the security log and remember second factors in the session.

Two others clean what allauth writes: addresses, and the names that a person has at another site.
"""

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as social
from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import pre_save
from django.dispatch import receiver

from accounts import attempts, factors
from accounts.models.securityevent import EventKind
from accounts.securitylog import record
from accounts.sessions import renew_key
from lib.mailboxes import canonical
from lib.text import one_line

_METHODS = {
    "totp": "authenticator app",
    "webauthn": "passkey",
    "recovery_codes": "recovery codes",
    "password_reset": "password reset",
}


@receiver(account.user_logged_in)
def signed_in(request, user, **kwargs) -> None:
    """Log a sign-in with the methods of authentication that were used, such as “password, authenticator app”."""
    records = get_authentication_records(request, user)
    methods = [method.get("type") or method.get("provider") or method["method"] for method in records]
    record(request, user, EventKind.SIGNED_IN, ", ".join(_METHODS.get(method, method) for method in methods))


@receiver([account.password_changed, account.password_set])
def password_changed(request, user, **kwargs) -> None:
    record(request, user, EventKind.PASSWORD_CHANGED)


@receiver(account.password_reset)
def password_reset(request, user, **kwargs) -> None:
    record(request, user, EventKind.PASSWORD_RESET)
    attempts.forget(request, user)


@receiver(account.email_changed)
def email_changed(request, user, from_email_address, to_email_address, **kwargs) -> None:
    if from_email_address:
        record(request, user, EventKind.EMAIL_CHANGED, f"{from_email_address.email} to {to_email_address.email}")


@receiver(mfa.authenticator_added)
def factor_added(request, user, authenticator, **kwargs) -> None:
    record(request, user, EventKind.FACTOR_ADDED, _METHODS[authenticator.type])
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        factors.remember(request, authenticator)


@receiver(mfa.authenticator_removed)
def factor_removed(request, user, authenticator, **kwargs) -> None:
    record(request, user, EventKind.FACTOR_REMOVED, _METHODS[authenticator.type])


@receiver(mfa.authenticator_reset)
def codes_renewed(request, user, **kwargs) -> None:
    record(request, user, EventKind.CODES_RENEWED)


@receiver(mfa.authenticator_used)
def factor_used(request, authenticator, reauthenticated, **kwargs) -> None:
    factors.remember(request, authenticator)
    if reauthenticated:
        renew_key(request)


@receiver(mfa.authentication_failed)
def wrong_code(request, user, authenticator, **kwargs) -> None:
    attempts.wrong_code(request, user)


@receiver(social.social_account_added)
def connected(request, sociallogin, **kwargs) -> None:
    record(request, sociallogin.user, EventKind.CONNECTED, sociallogin.account.get_provider().name)


@receiver(social.social_account_removed)
def disconnected(request, socialaccount, **kwargs) -> None:
    record(request, socialaccount.user, EventKind.DISCONNECTED, socialaccount.get_provider().name)


@receiver(pre_save, sender=EmailAddress)
def clean_address(instance, **kwargs) -> None:
    instance.email = canonical(instance.email)


@receiver(pre_save, sender=SocialAccount)
def clean_names(instance, **kwargs) -> None:
    instance.extra_data = _lines(instance.extra_data)


def _lines(data):
    """Returns JSON data with each text in it as one line."""
    match data:
        case str():
            return one_line(data)
        case list():
            return [_lines(item) for item in data]
        case dict():
            return {name: _lines(item) for name, item in data.items()}
    return data
