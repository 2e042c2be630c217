"""The API as a whole: its operations, and its OpenAPI document."""

from ninja import NinjaAPI

from api.access import Access
from api.reading import daily, paper, search, site

api = NinjaAPI(title="Broadsheet", version="1", urls_namespace="api", auth=Access(), docs_url=None)
api.add_router("", site.router)
api.add_router("", daily.router)
api.add_router("", search.router)
api.add_router("", paper.router)
