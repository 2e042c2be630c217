from django.urls import re_path

from inbox.letters.views import letter

urlpatterns = [
    re_path(r"^letters/(?P<text>\d{4}-\d{2}-\d{2})/(?P<key>[\w-]+)$", letter, name="letter"),
]
