from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.static import serve

from config.views import robots, styleguide, without_slash

admin.site.site_header = admin.site.site_title = "Broadsheet"
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("", include("orgs.urls")),  # first, since /orgs/new is no organisation
    path("", include("papers.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("styleguide", styleguide, name="styleguide"),
    path("robots.txt", robots, name="robots"),
    re_path(r"^media/(?P<path>(?:logos|portraits)/[0-9a-f]{32}\.webp)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("<path:rest>/", without_slash, name="without_slash"),
]
