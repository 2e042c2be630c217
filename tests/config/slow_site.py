"""The application that `manage.py serve` serves, with two pages more. Prints its port, and serves until it is ended."""

import os
import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from config.management.commands.serve import Server  # noqa: E402
from config.urls import urlpatterns as pages  # noqa: E402


def sleep(request):
    """Waits for PostgreSQL as long as a statement without an index would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(20)")
    return HttpResponse("slept")


def timeout(request):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return HttpResponse(cursor.fetchone()[0])


urlpatterns = [path("sleep", sleep), path("timeout", timeout), *pages]

if __name__ == "__main__":
    settings.ROOT_URLCONF = "tests.config.slow_site"
    with make_server("127.0.0.1", 0, Server().load()) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()
