"""The API as a whole: its operations, and its OpenAPI document."""

from ninja import NinjaAPI
from ninja.operation import Operation

from api import errors
from api.access import Access
from api.reading import site


class Contract(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Returns the name of the operation's function, which therefore no two operations share."""
        return operation.view_func.__name__


api = Contract(title="Broadsheet", version="1", urls_namespace="api", auth=Access(), docs_url=None, openapi_url=None)
errors.handle(api)
api.add_router("", site.router)
