"""Who calls a tool."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from papers.lists.pages import limit_searches


@dataclass(frozen=True)
class Caller:
    """The person who reads, and the request that is counted; None on the command line, where nothing is limited."""

    viewer: User | AnonymousUser
    request: HttpRequest | None = None

    def count_search(self) -> None:
        """Count a search for the person and the network. Raises TooMany."""
        if self.request:
            limit_searches(self.request)
