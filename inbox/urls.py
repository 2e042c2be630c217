"""What we tell a person, and how they tell us to stop."""

from django.urls import path, re_path

from inbox.views import letters

app_name = "inbox"
urlpatterns = [
    re_path(r"^letters/(?P<text>\d{4}-\d{2}-\d{2})/(?P<key>[\w-]+)$", letters.letter, name="letter"),
    # STUBS, to be dropped where the real ones are merged:
    *(path(f"letters/{name}/<str:token>", letters.stub, name=name) for name in ("confirm", "manage", "unsubscribe")),
]
