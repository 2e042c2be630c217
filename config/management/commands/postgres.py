import argparse
import signal
import subprocess
import sys

from django.core.management import BaseCommand

from config.backup import programs


class Command(BaseCommand):
    help = "Run a program of PostgreSQL for the site's database: postgres psql, postgres pg_basebackup …"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("program", metavar="PROGRAM")
        parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="…", help="arguments of the program")

    def handle(self, *, program, arguments, **options):
        signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the program
        sys.exit(subprocess.call([programs.find(program), *arguments], env=programs.environment()))
