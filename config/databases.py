"""The settings of the databases. Django finds them in `config.settings`."""

from lib.env import env

DATABASES = {"default": env.db_url("DATABASE_URL") | {"ENGINE": "lib.database", "CONN_MAX_AGE": None}}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 0  # see `lib.statements.rows`
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 2)  # seconds
# Milliseconds that PostgreSQL may take for one statement of a web process; 0 means no limit.
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=2_000)
