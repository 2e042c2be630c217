from allauth.account.decorators import reauthentication_required
from allauth.account.views import password_set
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from api.contract import api
from config.views import about, jobs, staff
from config.views.site import llms, media, old_security, robots, security, styleguide, without_slash

handler500 = "lib.http.server_error"
urlpatterns = [
    path("", include("orgs.urls")),  # first, since /orgs/new is no organisation
    path("moderation/jobs", jobs.jobs, name="jobs"),
    path("moderation/jobs/retry", jobs.retry_jobs, name="retry_jobs"),
    path("moderation/jobs/<int:pk>/retry", jobs.retry_job, name="retry_job"),
    path("moderation/staff", staff.staff, name="staff_log"),
    path("", include("api.urls")),
    path("api/", api.urls),
    path("", include("moderation.urls")),  # before papers, whose feeds have any address
    path("", include("inbox.urls")),
    path("", include("papers.urls")),
    path("", include("accounts.urls")),
    # allauth lets every session set a password where the account has none.
    path("accounts/password/set/", reauthentication_required(password_set), name="account_set_password"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("about", about.about, name="about"),
    path("privacy", about.privacy, name="privacy"),
    path("contact", about.contact, name="contact"),
    path("styleguide", styleguide, name="styleguide"),
    path("robots.txt", robots, name="robots"),
    path("llms.txt", llms, name="llms"),
    path(".well-known/security.txt", security, name="security"),
    path("security.txt", old_security, name="old_security"),
    re_path(r"^media/(?P<path>(?:logos|covers|portraits|figures)/[0-9a-f]{32}(?:-small)?\.webp)$", media, name="media"),
    *([path("anymail/", include("anymail.urls"))] if settings.ANYMAIL else []),
    path("<path:rest>/", without_slash, name="without_slash"),
]
