"""What we tell a person, and how they tell us to stop."""

from django.urls import path

from inbox.addresses.urls import urlpatterns as addresses
from inbox.letters.urls import urlpatterns as letters
from inbox.views import notifications

app_name = "inbox"
urlpatterns = [
    *addresses,
    *letters,
    path("notifications", notifications.notifications, name="notifications"),
    path("notifications/read", notifications.read_all, name="read_all"),
    path("notifications/<int:pk>/read", notifications.read, name="read"),
    path("notifications/stop/<token>", notifications.stop, name="stop"),
    path("settings/notifications", notifications.choices, name="choices"),
]
