"""Loaded before Django's settings: the tests have a PostgreSQL and static files of their own.

DATABASE_URL may name another server; everything else that the environment could change is taken out of it.
"""

import os
from pathlib import Path

os.environ["BROADSHEET_DATA"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
for name in ("BASE_URL", "SECRET_KEY", "EMAIL_URL", "DEBUG", "HOST", "PORT"):
    os.environ.pop(name, None)

from lib import postgres  # noqa: E402
from lib.env import env  # noqa: E402

if not env("DATABASE_URL", default=""):
    postgres.provide()


def pytest_configure(config):
    """Fast passwords, and the static files as production serves them, made once for all processes."""
    import django
    from django.conf import settings

    from lib import staticfiles

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    if not hasattr(config, "workerinput"):
        staticfiles.collect()
