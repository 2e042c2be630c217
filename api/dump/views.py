"""The page of the dump, its index, and its files."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.dateparse import parse_datetime

from api.dump import writing
from lib import pages
from lib.jobs import next_time
from papers.ingest.dump import INDEX

FOR_EVER = "public, max-age=31536000, immutable"


def page(request: HttpRequest) -> HttpResponse:
    """Show the files of the latest dump, the latest month first."""
    if index := writing.index():
        context = {"index": index, "files": reversed(index["files"]), "made_at": parse_datetime(index["madeAt"])}
        return pages.page(request, "api/dump.html", context, version=index["madeAt"])
    return pages.page(request, "api/dump.html", {"due_at": next_time(settings.DUMP)})


def index(request: HttpRequest) -> HttpResponse:
    """Serve the index as JSON. Raises Http404 before the first dump."""
    path = settings.DUMP_ROOT / INDEX
    if not path.exists():
        raise Http404("This site has made no dump yet.")
    return pages.document(request, "application/json", path.stat().st_mtime_ns, path.read_text)


def file(request: HttpRequest, name: str) -> HttpResponse | FileResponse:
    """Serve a file of the latest dumps. What a name stands for never changes, so it may be cached for ever."""
    path = settings.DUMP_ROOT / name
    if not writing.NAME.fullmatch(name) or not path.is_file():
        raise Http404("This file belongs to no recent dump. /dump/index.json names those of the latest one.")
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag)
    response = response or FileResponse(path.open("rb"), content_type="application/gzip")
    for header, value in {"ETag": etag, "Cache-Control": FOR_EVER, "Access-Control-Allow-Origin": "*"}.items():
        response.headers[header] = value
    return response
