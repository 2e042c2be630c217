from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.decorators.cache import never_cache

from inbox.access import verb_by_link
from inbox.addresses.views import managing, subscribing, unsubscribing
from lib.secret_links import by_link
from lib.verbs import verb

urlpatterns = [
    path("subscribe", subscribing.subscribe, name="subscribe"),
    # links in mails, which hold a token
    path("letters/confirm/<str:token>", subscribing.confirm, name="confirm"),
    path("letters/never/<str:token>", subscribing.never, name="never"),
    path("letters/unsubscribe/<str:token>", unsubscribing.unsubscribe, name="unsubscribe"),
    path("letters/resume/<str:token>", unsubscribing.resume, name="resume_by_link"),
    path("letters/manage", subscribing.remind, name="remind"),
    path("letters/manage/<str:token>", by_link(managing.manage), name="manage"),
    path("letters/manage/<str:token>/end", verb_by_link(managing.end_all), name="manage_end_all"),
    path("letters/manage/<str:token>/<str:key>/change", verb_by_link(managing.change), name="manage_change"),
    path("letters/manage/<str:token>/<str:key>/end", verb_by_link(managing.end), name="manage_end"),
    path("letters/manage/<str:token>/<str:key>/resume", verb_by_link(managing.resume), name="manage_resume"),
    # the same pages for users who are signed in
    path("settings/letters", never_cache(login_required(managing.manage)), name="letters"),
    path("settings/letters/end", verb(managing.end_all), name="end_all"),
    path("settings/letters/allow", verb(managing.allow), name="allow"),
    path("settings/letters/<str:key>/change", verb(managing.change), name="change"),
    path("settings/letters/<str:key>/end", verb(managing.end), name="end"),
    path("settings/letters/<str:key>/resume", verb(managing.resume), name="resume"),
]
