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
        """Send staff to the site's own sign-in page, which counts attempts and asks for a second factor."""
        return super().login(request, extra_context)

    def admin_view(self, view, cacheable=False):
        """Require a second factor for every page of the admin except sign-in. Django itself requires staff."""
        return super().admin_view(second_factor_required(view), cacheable)

    def password_change(self, request, extra_context=None):
        """Send staff to the site's own page for it, which logs the change and mails the owner."""
        return redirect("account_change_password")


def hide_secrets() -> None:
    """Remove the models from the admin that hold secrets of second factors and of sign-in through other sites."""
    admin.site.unregister([Authenticator, SocialApp, SocialToken])
