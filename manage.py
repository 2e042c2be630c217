#!/usr/bin/env python
"""Every command of the site. Without DATABASE_URL it runs on the embedded PostgreSQL."""

import os
import sys

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
    except Unusable as error:
        sys.exit(str(error))
    except (OSError, OperationalError, InterfaceError) as error:
        if sentence := trouble(error):
            sys.exit(sentence)
        raise


if __name__ == "__main__":
    main()
