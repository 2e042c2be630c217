from django.urls import path

from api.tokens import views

urlpatterns = [
    path("settings/tokens", views.tokens, name="tokens"),
    path("settings/tokens/new", views.make, name="make_token"),
    path("settings/tokens/<int:pk>/revoke", views.revoke, name="revoke_token"),
]
