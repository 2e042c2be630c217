from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site

from lib.http import client_ip, local_path


class AccountAdapter(DefaultAccountAdapter):
    """Mails speak in the name of Broadsheet, not of an address and port."""

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def is_safe_url(self, url: str) -> bool:
        """Whether sign-in may lead there: to this site, and by an address that is no name of a view."""
        return bool(local_path(self.request, url))

    def send_mail(self, template_prefix, email, context):
        site = get_current_site(self.request)
        site.name, site.domain = "Broadsheet", urlsplit(settings.BASE_URL).netloc
        super().send_mail(template_prefix, email, {"current_site": site} | context)
