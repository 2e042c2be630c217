"""The yardstick: a Django page that does nothing. One view, one template of 30 rows of plain strings.

No database, no middleware, no compression. `pages.py` serves it with the same gunicorn settings as the site
(`config/management/commands/serve.py`), and measures it in the same rounds.
"""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from bench.load import ROWS

_TEMPLATE = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{{ title }}</title></head>
  <body>
    <h1>{{ title }}</h1>
    <ol>{% for row in rows %}
      <li class="card"><h2><a href="{{ row.url }}">{{ row.title }}</a></h2><p>{{ row.text }}</p></li>{% endfor %}
    </ol>
  </body>
</html>
"""
_LOADER = ("django.template.loaders.locmem.Loader", {"page.html": _TEMPLATE})
_PAPERS = [
    {"url": f"/papers/{number}", "title": f"Paper number {number}", "text": "An abstract of some length. " * 40}
    for number in range(ROWS)
]


def page(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "page.html", {"title": "A bare page", "rows": _PAPERS})


urlpatterns = [path("", page)]

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    BODY_LIMIT=64_000,
    LONGER_BODIES={},
    SECRET_KEY="nothing here is signed",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", [_LOADER])]},
        }
    ],
)
application = get_wsgi_application()
