"""Responses with files of a storage."""

from http import HTTPStatus

from django.core.files.storage import Storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

FOR_EVER = "public, max-age=31536000, immutable"


def response(request: HttpRequest, storage: Storage, name: str, content_type: str) -> HttpResponse:
    """Returns a file whose name never stands for other bytes, so that caches may keep it for ever.

    Raises Http404 if it is missing, and Busy if the storage cannot be reached.
    """
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag)
    if not response:
        try:
            file = storage.open(name)
        except FileNotFoundError:
            raise Http404("This file does not exist.") from None
        response = FileResponse(file, content_type=content_type, headers={"Content-Length": str(file.size)})
    elif response.status_code == HTTPStatus.PRECONDITION_FAILED:  # which no cache may keep
        return response
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = FOR_EVER
    return response
