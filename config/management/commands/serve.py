import os
import socket
import subprocess
import sys

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication

from lib.supervisor import end_with_parent


class Command(BaseCommand):
    help = "Prepare, then serve the site with its worker until SIGTERM or Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--reload", action="store_true", help="for working on the code: reload on change")
        parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")

    def handle(self, *, reload, no_worker, **options):
        if "RUN_MAIN" not in os.environ:
            self.refuse_a_taken_port()
        self.stdout.write("Preparing the database and the static files …")
        call_command("prepare", stdout=self.stdout)
        connection.close()  # a connection must not cross a fork
        # runserver's reloader starts this command again in a child, which then has the worker.
        without = no_worker or (reload and os.environ.get("RUN_MAIN") != "true")
        worker = None if without else _start_worker()
        try:
            if reload:
                call_command("runserver", f"{settings.HOST}:{settings.PORT}")
            else:
                Server().run()
        finally:
            if worker:
                worker.terminate()
                worker.wait()

    def refuse_a_taken_port(self) -> None:
        with socket.socket(socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.HOST, settings.PORT))
            except OSError as error:
                raise CommandError(f"{settings.HOST}:{settings.PORT} can't be had ({error}): set PORT.") from None


def _start_worker() -> subprocess.Popen:
    """The worker's keeper: the worker itself may die, and comes back."""
    worker = [sys.executable, "manage.py", "procrastinate", "worker"]
    return subprocess.Popen([sys.executable, "-m", "lib.supervisor", *worker], preexec_fn=end_with_parent)


def _announce(server) -> None:
    print(f"Broadsheet is at {settings.BASE_URL} (Ctrl-C stops it)")


class Server(BaseApplication):
    """gunicorn in this process, with as many processes as WEB_CONCURRENCY says."""

    def load_config(self):
        self.cfg.set("bind", f"{settings.HOST}:{settings.PORT}")
        self.cfg.set("worker_class", "lib.server.ServerWorker")
        self.cfg.set("workers", settings.WEB_CONCURRENCY)
        self.cfg.set("threads", 4)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("when_ready", _announce)
        self.cfg.set("max_requests", 10_000)
        self.cfg.set("max_requests_jitter", 1_000)
        self.cfg.set("control_socket_disable", True)

    def load(self):
        return import_string(settings.WSGI_APPLICATION)
