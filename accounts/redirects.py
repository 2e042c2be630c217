import re

from accounts.models import User
from lib.redirects import RenamedMiddleware


class PersonRedirectMiddleware(RenamedMiddleware):
    """Redirects from user names in other letter case."""

    path = re.compile(r"/people/(?P<name>[-\w]+)(?:[/.].*)?", re.ASCII)

    def present_name(self, name: str) -> str | None:
        return User.objects.named([name.lower()]).values_list("username", flat=True).first()
