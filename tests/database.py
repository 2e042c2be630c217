"""Loaded before Django's settings: the tests have a PostgreSQL and static files of their own.

DATABASE_URL may name another server; what else would change how the site behaves is put back to its default.
"""

import os
from pathlib import Path

os.environ["BROADSHEET_DATA"] = str(Path(__file__).resolve().parent.parent / "var" / "test")
os.environ |= {"HOST": "127.0.0.1", "PORT": "8000", "BASE_URL": "http://127.0.0.1:8000", "DEBUG": "0"}
os.environ |= {"BROADSHEET_CONTAINER": "0", "EMAIL_URL": "consolemail://", "GITHUB_CLIENT_ID": ""}
os.environ |= {"ORCID_CLIENT_ID": "", "HUGGINGFACE_CLIENT_ID": "", "IMPORT_HUB": "", "IMPORT_ARXIV": ""}
os.environ |= {"IMPORT_ARXIV_CATEGORIES": "", "REPOSITORY_STARS": "", "GITHUB_TOKEN": ""}

from lib import postgres
from lib.env import env

if not env("DATABASE_URL", default=""):
    postgres.provide()


def pytest_configure(config):
    """Fast passwords, no limit on time, and the static files as production serves them, made once for all processes."""
    import django
    from django.conf import settings

    from lib import staticfiles

    settings.STATEMENT_TIMEOUT_MS = 0  # for a test that imports the WSGI application
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django.setup()
    if not hasattr(config, "workerinput"):
        staticfiles.collect()
