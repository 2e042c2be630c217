"""What we tell a person, and how they tell us to stop."""

from inbox.addresses.urls import urlpatterns as addresses
from inbox.letters.urls import urlpatterns as letters
from inbox.notifications.urls import urlpatterns as notifications

app_name = "inbox"
urlpatterns = [*addresses, *letters, *notifications]
