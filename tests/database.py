"""Loaded before Django's settings: the tests run on a PostgreSQL of their own, unless DATABASE_URL names another."""

import os
from pathlib import Path

os.environ["BROADSHEET_DATA"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
for name in ("BASE_URL", "SECRET_KEY", "EMAIL_URL", "DEBUG"):
    os.environ.pop(name, None)

from lib import postgres  # noqa: E402
from lib.env import env  # noqa: E402

if not env("DATABASE_URL", default=""):
    postgres.provide()
