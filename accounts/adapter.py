import logging
import secrets
import time
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.shortcuts import render
from django.urls import reverse

from accounts import attempts, browser, suspension, unproven_mail
from accounts.securitylog import end_other_sessions
from accounts.sessions import renew_key
from lib.limits import client_ip
from lib.mailboxes import canonical
from lib.redirects import local_path
from lib.refusals import Busy
from lib.templatetags.house import sentence_case

logger = logging.getLogger(__name__)
_RESET = "account/email/password_reset_key"
# Mails that anybody can request for any mailbox.
_UNPROVEN = {
    "account/email/account_already_exists",
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    _RESET,
}


class AccountAdapter(DefaultAccountAdapter):
    """Names the site Broadsheet in mails, and applies the site's limits on mails and sign-in and its redirect rules."""

    error_messages = DefaultAccountAdapter.error_messages | dict.fromkeys(
        ["username_password_mismatch", "email_password_mismatch"], "Wrong username or password."
    )

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def is_safe_url(self, url: str) -> bool:
        """Returns whether sign-in may redirect to this address: it must be on this site, and no name of a view."""
        return bool(local_path(self.request, url))

    def clean_email(self, email: str) -> str:
        """Returns the canonical form of the address, and counts a request for mail. Raises TooMany.

        Forms that cause mail call this before anything is written, and so does signing in through another site.
        """
        unproven_mail.count_request(self.request)
        return canonical(email)

    def set_password(self, user, password: str) -> None:
        """Write the password alone: the user was read before it was hashed, and may have been suspended since."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def generate_unique_username(self, txts: list[str | None], regex: str = "[^A-Za-z0-9@_-]") -> str:
        """Returns a user name for a person who signs up through another site, made from their name there."""
        return super().generate_unique_username(txts, regex)

    def get_http_user_agent(self, request) -> str:
        """Returns a name for the browser, because a mail must not contain what a stranger's browser sends."""
        return browser.name(super().get_http_user_agent(request))

    def send_mail(self, template_prefix, email, context):
        """Send the mail unless the limit of its mailbox is reached, which the person who requested it must not learn.

        Raises TooMany if the network has requested too many mails, and Busy if the mail server does not take it.
        """
        if template_prefix in _UNPROVEN:
            unproven_mail.count_request(self.request)
            if not _may_send(template_prefix, email):
                return
        site = get_current_site(self.request)
        site.name, site.domain = "Broadsheet", urlsplit(settings.BASE_URL).netloc
        try:
            super().send_mail(template_prefix, email, {"current_site": site} | context)
        except OSError as error:
            logger.exception("A mail was not sent")
            raise Busy("The mail could not be sent. Check the address, or try again in a few minutes.") from error

    def send_confirmation_mail(self, request, emailconfirmation, signup):
        """Delete an account whose first mail cannot be sent, so that its name is free. Raises as `send_mail` does."""
        try:
            super().send_confirmation_mail(request, emailconfirmation, signup)
        except Busy:
            if signup:
                emailconfirmation.email_address.user.delete()
            raise

    def format_email_subject(self, subject: str) -> str:
        return super().format_email_subject(sentence_case(subject))

    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Raises ReauthenticationRequired if the person can only sign in again, and last did so too long ago.

        allauth itself demands nothing of an account that has neither a password nor a second factor.
        """
        is_required = super().is_reauthentication_required(app=app, **kwargs)
        if is_required and not super().get_reauthentication_methods(self.request.user) and not self._is_fresh():
            raise ReauthenticationRequired
        return is_required

    def get_reauthentication_methods(self, user) -> list[dict]:
        again = {"id": "sign_in_again", "description": "Sign in again", "url": reverse("accounts:sign_in_again")}
        return super().get_reauthentication_methods(user) or [again]

    def _is_fresh(self) -> bool:
        """Returns whether the session was last authenticated within REAUTHENTICATION_TIMEOUT."""
        records = get_authentication_records(self.request, self.request.user)
        return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT

    def pre_login(self, request, user, **kwargs):
        """Returns the page for an inactive account, or None. A suspension whose time is over ends now.

        Every way to sign in passes this method: password, passkey, another site, and the link that confirms an address.
        """
        if user.is_suspended:
            user.end_suspension()
        return super().pre_login(request, user, **kwargs)

    def login(self, request, user) -> None:
        """Sign in, unless the account became inactive after `pre_login`, while a code of a second factor was typed."""
        user.refresh_from_db(fields=["is_active", "suspended_until", "suspension_reason"])
        if not user.is_active:
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def respond_user_inactive(self, request, user):
        """Returns a page that says until when and why the account is suspended, or allauth's for a deactivated one."""
        if not user.is_suspended:
            return super().respond_user_inactive(request, user)
        context = {"person": user, "answer_path": suspension.path(user)}
        return render(request, "accounts/suspended.html", context, status=403)

    def pre_authenticate(self, request, **credentials) -> None:
        attempts.demand(request, credentials)

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        if user:
            attempts.forget(request, user)
        return user

    def reauthenticate(self, user, password: str) -> bool:
        """Returns whether this is the password of the person, who is signed in and gets a new session key if it is."""
        is_proved = super().reauthenticate(user, password)
        if is_proved:
            renew_key(context.request)
        return is_proved

    def authentication_failed(self, request, **credentials) -> None:
        attempts.wrong_password(request, credentials)


class OtherSitesAdapter(DefaultSocialAccountAdapter):
    def generate_state_param(self, state: dict) -> str:
        """Returns the random text by which an answer of another site is known to be one that this browser wanted."""
        return secrets.token_urlsafe()


class SessionsAdapter(DefaultUserSessionsAdapter):
    def end_sessions(self, sessions) -> None:
        """End all other sessions of the person, and the addresses of their feeds, whichever sessions are given.

        Raises ReauthenticationRequired if the person has not typed the password, or a code, a short time ago.
        """
        reauthentication_required(end_other_sessions)(context.request)


def _may_send(template_prefix: str, email: str) -> bool:
    """Returns whether the mail may be sent. Password resets to a confirmed address have a limit of their own."""
    if template_prefix == _RESET and EmailAddress.objects.filter(email=canonical(email), verified=True).exists():
        return unproven_mail.may_send_reset(email)
    return unproven_mail.may_send(email)
