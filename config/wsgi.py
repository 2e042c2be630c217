import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application

from lib import metrics, outage, pooler, unavailable
from lib.front_door import FrontDoor
from lib.statements import limit_time
from lib.watching import Watched

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """A request that is always decoded as UTF-8, whatever charset it names.

    Checks of characters in the body could be evaded with another charset, and Django fails on charsets that are no
    encodings of text.
    """

    encoding = property(lambda self: "utf-8", lambda self, value: None)


application = get_wsgi_application()
application.request_class = Request
if settings.FRONT_DOOR:
    application = FrontDoor(application)
application = Watched(application)
metrics.clear()
limit_time()
outage.guard()
pooler.use()
unavailable.prepare()
