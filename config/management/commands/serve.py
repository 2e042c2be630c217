import errno
import gc
import logging
import os
import socket
import subprocess
import sys
import time
from typing import ClassVar

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.utils.module_loading import import_string
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from lib import postgres
from lib.supervisor import end_with_parent

PORT_PATIENCE = 5  # seconds

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Prepare, then serve the site with its worker until SIGTERM or Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument("--reload", action="store_true", help="for working on the code: reload on change")
        parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere")

    def handle(self, *, reload, no_worker, **options):
        if "RUN_MAIN" not in os.environ:
            self.check_port()
        self.stdout.write("Preparing the database and the static files …")
        call_command("prepare", stdout=self.stdout)
        connection.close()  # a connection must not cross a fork
        sys.stdout.flush()  # nor must what is not yet printed
        # runserver's reloader runs this command again in a child process, and that one starts the worker.
        is_reloader = reload and os.environ.get("RUN_MAIN") != "true"
        if not (no_worker or is_reloader):
            Supervisor.in_use = Supervisor()
        try:
            if reload:
                call_command("runserver", f"{settings.HOST}:{settings.PORT}")
            else:
                Server().run()
        finally:
            if Supervisor.in_use:
                Supervisor.in_use.end()

    def check_port(self) -> None:
        """Raises CommandError if the site cannot listen on HOST and PORT.

        If the port is in use, ask again for some seconds: a site that was killed is just about to leave it.
        """
        deadline = time.monotonic() + PORT_PATIENCE
        while error := _port_error():
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                name = "PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "HOST"
                address = f"{settings.HOST}:{settings.PORT}"
                raise CommandError(f"The site cannot listen on {address} ({error}). Set {name}.")
            time.sleep(0.1)


def _port_error() -> OSError | None:
    """Returns why the site cannot listen on HOST and PORT, or None if it can."""
    with socket.socket(socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            return error


class Supervisor:
    """A process that restarts the worker whenever that ends, and is restarted itself if it was killed."""

    in_use: ClassVar["Supervisor | None"] = None

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        worker = [sys.executable, "manage.py", "procrastinate", "worker"]
        environment = os.environ | {"LOG_FORMAT": settings.LOG_FORMAT}
        command = [sys.executable, "-m", "lib.supervisor", *worker]
        self.process = subprocess.Popen(command, env=environment, preexec_fn=end_with_parent)

    def keep_running(self) -> None:
        """Start the process again if it has ended. To be called every second."""
        if self.process.poll() is not None:
            logger.error("The supervisor of the worker has ended and is started again")
            self.start()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def _announce(server) -> None:
    print(f"Broadsheet is at {settings.BASE_URL} (Ctrl-C stops it)", flush=True)


class SiteArbiter(Arbiter):
    """gunicorn's arbiter, which looks after all that has no other parent every second and when a child ends.

    That is web processes, the supervisor of the worker, and the embedded PostgreSQL: a database that has an address of
    its own is looked after elsewhere.
    """

    def murder_workers(self):
        super().murder_workers()
        for each in (postgres.Server.in_use, Supervisor.in_use):
            if each:
                each.keep_running()


class Server(BaseApplication):
    """gunicorn, with this process as its arbiter and WEB_CONCURRENCY worker processes."""

    def run(self):
        SiteArbiter(self).run()

    def load_config(self):
        self.cfg.set("bind", f"{settings.HOST}:{settings.PORT}")
        self.cfg.set("worker_class", "lib.server.ServerWorker")
        self.cfg.set("workers", settings.WEB_CONCURRENCY)
        self.cfg.set("threads", 4)
        self.cfg.set("preload_app", True)
        self.cfg.set("logger_class", "lib.logs.GunicornLogger")
        self.cfg.set("loglevel", "warning")
        self.cfg.set("when_ready", _announce)
        self.cfg.set("max_requests", 100_000)
        self.cfg.set("max_requests_jitter", 10_000)
        self.cfg.set("control_socket_disable", True)

    def load(self):
        """Returns the application. The arbiter loads it once, so that its workers share the memory that it takes."""
        application = import_string(settings.WSGI_APPLICATION)
        gc.collect()
        gc.freeze()  # collections of the workers leave it alone, and so the kernel need not copy it for each of them
        return application
