"""The configuration of logging: everything goes to the standard error of the process."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
        "waitress.queue": {"level": "ERROR"},  # below that, it warns of each request that waits for a thread
        "procrastinate": {"level": "WARNING"},
        "procrastinate.worker": {"level": "CRITICAL"},  # lib.jobs logs jobs that fail
        "procrastinate.worker.worker": {"level": "WARNING"},
        "stamina": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
    },
}
