"""Who calls a tool."""

from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from papers.lists.pages import limit_searches


@dataclass(frozen=True)
class Caller:
    """The person who reads, and the request that is counted; None on the command line, where nothing is limited."""

    viewer: User | AnonymousUser
    request: HttpRequest | None = None
    failures: list[BaseException] = field(default_factory=list)

    def __enter__(self) -> "Caller":
        return self

    def __exit__(self, kind, failure: BaseException | None, traceback) -> None:
        """Note what was raised, since the SDK would answer with its text. `exchange.answer` raises it again."""
        if failure:
            self.failures.append(failure)

    def count_search(self) -> None:
        """Count a search for the person and the network. Raises TooMany."""
        if self.request:
            limit_searches(self.request)
