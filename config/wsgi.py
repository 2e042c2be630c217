import os

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from lib.statements import limit_time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request in UTF-8, whatever charset it names: in others any character can hide, and some are not for text."""

    encoding = property(lambda self: "utf-8", lambda self, value: None)


application = get_wsgi_application()
application.request_class = Request
limit_time()
