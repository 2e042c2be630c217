"""One message of an MCP client over HTTP and its answer, by the SDK's ASGI application.

Loading the SDK takes half a second and 30 MB, so that this module is loaded with the first message.
"""

from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from api.mcp.caller import Caller
from api.mcp.server import server


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to the message for the person who makes the request. It has the whole answer in one JSON document.

    The event loop lives as long as the request, in a thread of its own, while the tools run in this one. Nothing is
    kept between requests, and nothing can be sent to the client later. Raises what a tool raises.
    """
    scope = _scope(request)
    response = async_to_sync(_exchange)(scope, request.body)
    for failure in scope["caller"].failures:
        raise failure
    return response


def _scope(request: HttpRequest) -> dict:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in request.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": request.scheme,
        "method": "POST",
        "path": request.path,
        "query_string": b"",
        "headers": headers,
        "caller": Caller(request.user, request),
    }


async def _exchange(scope: dict, body: bytes) -> HttpResponse:
    response = HttpResponse(content_type="text/plain")

    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            response.status_code = message["status"]
            for name, value in message["headers"]:
                response.headers[name.decode()] = value.decode()
        else:
            response.content += message.get("body", b"")

    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(scope, receive, send)
    return response
