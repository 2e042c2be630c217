"""The SDK's own client, whose requests the site of this process answers in the thread of the test."""

import json
from collections.abc import Awaitable, Callable

import httpx2
from asgiref.sync import async_to_sync, sync_to_async
from django.test import Client as Browser
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

URL = "http://127.0.0.1:8000/mcp"


class Site(httpx2.AsyncBaseTransport):
    """Hands requests to the site. `exchanges` has each with its answer, as JSON."""

    def __init__(self):
        self.exchanges = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        return await sync_to_async(self._answer)(request, body)

    def _answer(self, request: httpx2.Request, body: bytes) -> httpx2.Response:
        left_out = ("accept-encoding", "content-length")
        headers = {name: value for name, value in request.headers.items() if name not in left_out}
        content_type = headers.pop("content-type", "")
        browser = Browser(HTTP_HOST="127.0.0.1:8000")
        answer = browser.generic(request.method, request.url.path, body, content_type, headers=headers)
        shown = {name: headers[name] for name in sorted(headers) if name.startswith("mcp-")}
        self.exchanges.append(
            {
                "request": {"method": request.method, "headers": shown, "body": json.loads(body or "null")},
                "answer": {"status": answer.status_code, "body": json.loads(answer.content or "null")},
            }
        )
        kept = {name: answer.headers[name] for name in ("Content-Type",) if name in answer.headers}
        return httpx2.Response(answer.status_code, headers=kept, content=answer.content, request=request)


def talk(session: Callable[[Client], Awaitable], mode: str = "auto", token: str = "") -> tuple[object, list[dict]]:
    """What `session(client)` returns, and the exchanges that it took. `mode` is the version of the protocol."""
    site = Site()
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def run():
        async with httpx2.AsyncClient(transport=site, headers=headers) as http:
            transport = streamable_http_client(URL, http_client=http)
            async with Client(transport, mode=mode) as client:
                return await session(client)

    return async_to_sync(run)(), site.exchanges


def call(name: str, token: str = "", **arguments) -> tuple[str, bool]:
    """What the tool answers, and whether that is an error."""

    async def session(client: Client):
        return await client.call_tool(name, arguments)

    result, _ = talk(session, token=token)
    [content] = result.content
    return content.text, result.is_error
