from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.shortcuts import redirect

from accounts.factors import second_factor_required


class AdminSite(admin.AdminSite):
    site_header = site_title = "Broadsheet"

    def admin_view(self, view, cacheable=False):
        """All pages of the admin but sign-in go through here; who is no staff is sent away before."""
        return super().admin_view(second_factor_required(view), cacheable)

    def password_change(self, request, extra_context=None):
        """Staff change their passwords where everybody does: there it is logged and mailed."""
        return redirect("account_change_password")


def hide_secrets() -> None:
    """Show nobody the seeds, codes and keys of second factors, nor the secrets and tokens of other sites."""
    admin.site.unregister([Authenticator, SocialApp, SocialToken])
