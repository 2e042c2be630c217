"""The API as a whole: its operations, and its OpenAPI document."""

from ninja import NinjaAPI
from ninja.operation import Operation

from api import errors
from api.access import Access
from api.bodies import StorableParser
from api.reading import account, daily, directories, paper, people, search, site
from api.writing import authors, collections, comments, flags, marks, submitting


class Contract(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Returns the name of the operation's function, which therefore no two operations share."""
        return operation.view_func.__name__


api = Contract(
    title="Broadsheet",
    version="1",
    urls_namespace="api",
    auth=Access(),
    parser=StorableParser(),
    docs_url=None,
    openapi_url=None,
)
errors.handle(api)
# Those that write come first, since addresses of those that read might otherwise take theirs.
_WRITING = (marks, comments, collections, flags, submitting, authors)
for room in (*_WRITING, site, daily, search, paper, people, directories, account):
    api.add_router("", room.router)
