"""`/healthz` answers 200 if the process is alive, `/readyz` if the database answers and is migrated.

Both are answered before other middleware sees the request, so that a probe needs no host name, session or https.
"""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse


class HealthMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.migrated = False

    def __call__(self, request):
        if request.path == "/healthz":
            return _plain("alive")
        if request.path == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> HttpResponse:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            self.migrated = self.migrated or not _unapplied()
        except Error:
            return _plain("the database does not answer", 503)
        if not self.migrated:
            return _plain("migrations are missing", 503)
        return _plain("ready")


def _unapplied() -> list:
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def _plain(text: str, status: int = 200) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    response = HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers=headers)
    response._has_been_logged = True  # Django would log each probe of a balancer; `lib.outage` logs the failure once
    return response
