from django.urls import path

from api.webhooks import views

_VERBS = {
    "add": views.add,
    "<int:pk>/pause": views.pause,
    "<int:pk>/resume": views.resume,
    "<int:pk>/test": views.send_test,
    "<int:pk>/renew-secret": views.renew_secret,
    "<int:pk>/delete": views.delete,
    "<int:pk>/deliveries/<str:key>/redeliver": views.redeliver,
}
_BASES = {"settings/webhooks": "", "orgs/<slug:slug>/webhooks": "org_"}
urlpatterns = [
    *(path(base, views.webhooks, name=f"{prefix}webhooks") for base, prefix in _BASES.items()),
    *(
        path(f"{base}/{end}", view, name=f"{prefix}{view.__name__}_webhook")
        for base, prefix in _BASES.items()
        for end, view in _VERBS.items()
    ),
]
