"""The API as a whole: its operations, and its OpenAPI document."""

from ninja import NinjaAPI

from api.access import Access
from api.errors import answer_with_errors
from api.reading import site

api = NinjaAPI(title="Broadsheet", version="1", urls_namespace="api", auth=Access(), docs_url=None)
answer_with_errors(api)
api.add_router("", site.router)
