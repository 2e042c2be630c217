"""The address of the MCP server: the streamable HTTP transport without sessions and without streams."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from ninja.errors import HttpError

from api import rates
from api.access import Access
from api.errors import write_error
from lib.http import refused
from lib.refusals import BadInput, NotAllowed, Refusal


@csrf_exempt
@require_POST
def mcp(request: HttpRequest) -> HttpResponse:
    """Answer one message of a client, which may have a token; no cookie counts."""
    response = _answer(request)
    rates.add_headers(request, response)
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    from api.mcp.exchange import answer  # here, since a process that gets no message does not need its 30 MB

    try:
        _demand_own_origin(request)
        if request.content_type != "application/json":
            raise BadInput("Send one message of JSON-RPC as application/json.")
        Access()(request)
        return answer(request)
    except Refusal as refusal:
        return _error(refused(HttpResponse(), refusal), str(refusal))
    except HttpError as error:
        return _error(HttpResponse(status=error.status_code), error.message)


def _error(response: HttpResponse, message: str) -> HttpResponse:
    write_error(response, message)
    return response


def _demand_own_origin(request: HttpRequest) -> None:
    """Raises NotAllowed for a request by a script of another site, whose name may lead to this one (DNS rebinding)."""
    origin = request.headers.get("Origin")
    site = urlsplit(settings.BASE_URL)
    if origin not in (None, f"{site.scheme}://{site.netloc}", f"{request.scheme}://{request.get_host()}"):
        raise NotAllowed("Scripts of other sites can't use this address.")
