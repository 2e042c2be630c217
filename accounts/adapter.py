from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.sites.shortcuts import get_current_site

_RESERVED = ["admin", "broadsheet", "me", "moderator", "root", "settings", "staff", "support"]


class AccountAdapter(DefaultAccountAdapter):
    """What we ask of allauth beyond its settings: our name in mails, and no user names that look like the site."""

    def send_mail(self, template_prefix, email, context):
        site = get_current_site(self.request)
        site.name = "Broadsheet"
        super().send_mail(template_prefix, email, {"current_site": site} | context)

    def clean_username(self, username, shallow=False):
        username = super().clean_username(username, shallow=shallow)
        if not shallow and username.lower() in _RESERVED:
            raise self.validation_error("username_blacklisted")
        return username
