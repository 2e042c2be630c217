"""What clients ask of a site before anything else."""

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from api.access import OPTIONAL
from lib.pages import document

router = Router(tags=["site"])


class Harnesses(Schema):
    standardEnvVars: list[str]
    harnesses: dict[str, str]


@router.get("/agent-harnesses", response=Harnesses, openapi_extra=OPTIONAL)
def agent_harnesses(request: HttpRequest) -> HttpResponse:
    """The agents that the `hf` command tells apart: none. It requests this each time that it runs."""
    body = '{"standardEnvVars": [], "harnesses": {}}'
    return document(request, "application/json", "none", lambda: body, seconds=24 * 3600)
