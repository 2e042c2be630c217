from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from django.contrib import admin
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from accounts.factors import second_factor_required


class AdminSite(admin.AdminSite):
    site_header = site_title = "Broadsheet"

    @method_decorator(secure_admin_login)
    def login(self, request, extra_context=None):
        """Staff sign in where everybody does: there attempts are counted, and a second factor is proved."""
        return super().login(request, extra_context)

    def admin_view(self, view, cacheable=False):
        """All pages of the admin but sign-in go through here; who is no staff is sent away before."""
        return super().admin_view(second_factor_required(view), cacheable)

    def password_change(self, request, extra_context=None):
        """Staff change their passwords where everybody does: there it is logged and mailed."""
        return redirect("account_change_password")


def hide_secrets() -> None:
    """Show nobody the seeds, codes and keys of second factors, nor the secrets and tokens of other sites."""
    admin.site.unregister([Authenticator, SocialApp, SocialToken])
