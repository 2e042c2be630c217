"""The Hub's own client in this process, with the site as its endpoint: it never reaches a network."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from django.conf import settings
from django.test import Client
from huggingface_hub import HfApi, close_session, set_client_factory
from huggingface_hub.utils import _http


def _send(request: httpx2.Request) -> httpx2.Response:
    path = request.url.raw_path.decode()
    answer = Client().generic(request.method, path, request.content, headers=dict(request.headers))
    return httpx2.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


@contextmanager
def hub_client(token: str = "") -> Iterator[HfApi]:
    """The client with this token, or with none. It reads what the test has written, in the same transaction."""
    transport, factory = httpx2.MockTransport(_send), _http._GLOBAL_CLIENT_FACTORY
    close_session()
    set_client_factory(lambda: httpx2.Client(transport=transport, follow_redirects=True))
    try:
        yield HfApi(endpoint=settings.BASE_URL, token=token or False)
    finally:
        close_session()
        set_client_factory(factory)
