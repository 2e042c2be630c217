"""The page of the dump, its index, and its files."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime

from api.dump import writing
from lib import pages, stored_files
from lib.jobs import next_time


def page(request: HttpRequest) -> HttpResponse:
    """Show the files of the latest dump, the latest month first."""
    if index := writing.index():
        context = {"index": index, "files": reversed(index["files"]), "made_at": parse_datetime(index["madeAt"])}
        return pages.page(request, "api/dump.html", context, version=index["madeAt"])
    return pages.page(request, "api/dump.html", {"due_at": next_time(settings.DUMP)})


def index(request: HttpRequest) -> HttpResponse:
    """Serve the index as JSON. Raises Http404 before the first dump."""
    text = writing.index_text()
    if text is None:
        raise Http404("This site has made no dump yet.")
    return pages.document(request, "application/json", text, lambda: text)


def file(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a file of the latest dumps. What a name stands for never changes, so it may be cached for ever."""
    if not writing.NAME.fullmatch(name):
        raise Http404("This file belongs to no recent dump. /dump/index.json names those of the latest one.")
    response = stored_files.response(request, writing.stored(), name, "application/gzip")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
