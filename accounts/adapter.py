import time
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.urls import reverse

from accounts import attempts, browser, unproven_mail
from accounts.securitylog import end_other_sessions
from lib.http import client_ip, local_path

_RESET = "account/email/password_reset_key"
# What anybody can have sent to any mailbox.
_UNPROVEN = {
    "account/email/account_already_exists",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    _RESET,
}


class AccountAdapter(DefaultAccountAdapter):
    """Mails speak in the name of Broadsheet, not of an address and port; attempts to sign in are ours to count."""

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may lead there: to this site, and by an address that is no name of a view."""
        return bool(local_path(self.request, url))

    def clean_email(self, email: str) -> str:
        """The forms that have a mail sent call this before anything is written. Raises TooMany."""
        unproven_mail.count_request(self.request)
        return email

    def generate_unique_username(self, txts: list[str | None], regex: str = "[^A-Za-z0-9@_-]") -> str:
        """For who signs up through another site: the name there, without what no user name has here."""
        return super().generate_unique_username(txts, regex)

    def get_http_user_agent(self, request) -> str:
        """In our words: nothing that a stranger's browser sends is mailed on."""
        return browser.in_words(super().get_http_user_agent(request))

    def send_mail(self, template_prefix, email, context):
        """Past the limit of a mailbox nothing is sent, and whoever requested it is not told. Raises TooMany."""
        if template_prefix in _UNPROVEN:
            unproven_mail.count_request(self.request)
            if not _may_go(template_prefix, email):
                return
        site = get_current_site(self.request)
        site.name, site.domain = "Broadsheet", urlsplit(settings.BASE_URL).netloc
        super().send_mail(template_prefix, email, {"current_site": site} | context)

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Raises ReauthenticationRequired where the only proof there can be is to sign in again, and that was long ago.

        allauth lets an account without a password and a second factor through, whoever has its session.
        """
        is_required = super().is_reauthentication_required(app=app, **kwargs)
        if is_required and not super().get_reauthentication_methods(self.request.user) and not self._is_fresh():
            raise ReauthenticationRequired
        return is_required

    def get_reauthentication_methods(self, user) -> list[dict]:
        again = {"id": "sign_in_again", "description": "Sign in again", "url": reverse("accounts:sign_in_again")}
        return super().get_reauthentication_methods(user) or [again]

    def _is_fresh(self) -> bool:
        """Whether the session's last proof of who it is was given within the minutes that allauth allows."""
        records = get_authentication_records(self.request, self.request.user)
        return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT

    def pre_authenticate(self, request, **credentials) -> None:
        attempts.demand(request, credentials)

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            attempts.forget(request, user)
        return user

    def authentication_failed(self, request, **credentials) -> None:
        attempts.wrong_password(request, credentials)


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions) -> None:
        """End what “Sign out everywhere else” ends: these are all other sessions of the person."""
        end_other_sessions(context.request)


def _may_go(template_prefix: str, email: str) -> bool:
    """The owner of a confirmed address can have a password reset even where nothing else may be sent."""
    if template_prefix == _RESET and EmailAddress.objects.filter(email__iexact=email, verified=True).exists():
        return unproven_mail.may_reset(email)
    return unproven_mail.may_go(email)
