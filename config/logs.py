"""The settings of logs and metrics. Everything that is logged goes to the standard error of the process.

Libraries log warnings and errors, and only our own packages log information, which is meant for the operator.
`lib.logs` writes the lines.
"""

import sys

from lib.env import env

# `json` for programs, `text` for people: by default, what reads the standard error decides.
LOG_FORMAT = env("LOG_FORMAT", default="text" if sys.stderr.isatty() else "json")
# Whoever has it may read /metrics. Without one, that address does not exist, and nothing is counted.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

PACKAGES = ("accounts", "api", "config", "inbox", "lib", "moderation", "orgs", "papers")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # gunicorn's messages are about processes alone.
    "formatters": {"line": {"()": "lib.logs.formatter", "kind": LOG_FORMAT, "own": {*PACKAGES, "gunicorn"}}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {package: {"level": "INFO"} for package in PACKAGES}
    | {
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "httpx2": {"level": "WARNING"},  # below that, it logs addresses with their passwords, whatever the root's level
        "waitress.queue": {"level": "ERROR"},  # below that, it warns of each request that waits for a thread
        "psycopg.pool": {"level": "CRITICAL"},  # the worker's; it warns of each attempt while the database is away
        "procrastinate.worker": {"level": "CRITICAL"},  # lib.jobs logs jobs that fail
        "procrastinate.worker.worker": {"level": "WARNING"},
    },
}
