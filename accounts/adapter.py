from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from django.contrib.sites.shortcuts import get_current_site

from accounts import attempts, browser
from accounts.models.securityevent import Kind
from accounts.securitylog import record
from lib.http import client_ip


class AccountAdapter(DefaultAccountAdapter):
    """Mails speak in the name of Broadsheet, not of an address and port; attempts to sign in are ours to count."""

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def get_http_user_agent(self, request) -> str:
        """In our words: nothing that a stranger's browser sends is mailed on."""
        return browser.in_words(super().get_http_user_agent(request))

    def send_mail(self, template_prefix, email, context):
        site = get_current_site(self.request)
        site.name = "Broadsheet"
        super().send_mail(template_prefix, email, {"current_site": site} | context)

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
        super().end_sessions(sessions)
        if sessions:
            record(context.request, context.request.user, Kind.SESSIONS_ENDED)
