#!/usr/bin/env python
"""Every command of the site. Without DATABASE_URL it runs on the embedded PostgreSQL."""

import os
import sys

from lib import postgres
from lib.env import env


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if not env("DATABASE_URL", default=""):
        postgres.provide()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
