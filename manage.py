#!/usr/bin/env python
"""Every command of the site. Without DATABASE_URL it runs on the embedded PostgreSQL."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError

from lib import postgres
from lib.env import env
from lib.state_folder import Unusable, trouble


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if not env("DATABASE_URL", default=""):
            postgres.provide()
        execute_from_command_line(sys.argv)
    except (Unusable, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except (OSError, OperationalError, InterfaceError) as error:
        if sentence := trouble(error) or _no_connection(error):
            sys.exit(sentence)
        raise


def _no_connection(error: Exception) -> str | None:
    """Returns what to look at if the connection to the database failed, for which errors have no SQLSTATE."""
    cause = error.__cause__
    if not isinstance(error, OperationalError) or cause is None or cause.sqlstate is not None:
        return None
    return f"{error}\nThe database cannot be reached. Is DATABASE_URL right, and does its server run?"


if __name__ == "__main__":
    main()
