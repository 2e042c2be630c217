from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.shortcuts import get_current_site

from lib.http import client_ip


class AccountAdapter(DefaultAccountAdapter):
    """Mails speak in the name of Broadsheet, not of an address and port."""

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def send_mail(self, template_prefix, email, context):
        site = get_current_site(self.request)
        site.name = "Broadsheet"
        super().send_mail(template_prefix, email, {"current_site": site} | context)
