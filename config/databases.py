"""The settings of the databases. Django finds them in `config.settings`."""

from contextlib import suppress
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lib.env import env, number

# The address of a pooler in transaction mode, through which web processes reach the database (`lib.pooler`).
DATABASE_POOLER = env("DATABASE_POOLER", default="")
# Milliseconds that PostgreSQL may take for one statement of a web process; 0 means no limit.
STATEMENT_TIMEOUT_MS = number("STATEMENT_TIMEOUT_MS", 2_000)


def _database(name: str, url: str, *, is_pooled: bool = False, **more) -> dict:
    """Returns Django's settings of the database with this address, which comes from the variable of this name.

    A pooler in transaction mode gives each transaction any of its connections. So nothing may be prepared on them, and
    no cursor may be left open; `IS_POOLED` keeps `lib.database` from changing their settings.
    """
    database = _parse(name, url) | {"ENGINE": "lib.database", "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    database |= {"DISABLE_SERVER_SIDE_CURSORS": is_pooled, "IS_POOLED": is_pooled}
    database.setdefault("OPTIONS", {})["prepare_threshold"] = None if is_pooled else 0  # see `lib.statements.rows`
    database["OPTIONS"].setdefault("connect_timeout", 2)  # seconds: meanwhile a reader waits
    return database | more


def _parse(name: str, url: str) -> dict:
    """Raises ImproperlyConfigured for what is no address of a PostgreSQL, without it, since that holds a password."""
    with suppress(ValueError):  # a port that is no number
        if urlsplit(url).scheme in ("postgres", "postgresql"):
            return env.db_url_config(url)
    example = "postgres://user:password@host:5432/name"
    raise ImproperlyConfigured(f"{name} is no address of a PostgreSQL database. For example {example}")


def replica(url: str) -> dict:
    """Returns Django's settings of a replica. Its connections refuse to write even if it was promoted."""
    more = {"SESSION": {"default_transaction_read_only": "on"}, "TEST": {"MIRROR": "default"}}
    return _database("DATABASE_REPLICAS", url, is_pooled=bool(DATABASE_POOLER), **more)


DATABASES = {"default": _database("DATABASE_URL", env("DATABASE_URL"))}
POOLER = _database("DATABASE_POOLER", DATABASE_POOLER, is_pooled=True) if DATABASE_POOLER else None
REPLICAS = {f"replica{n}": replica(url) for n, url in enumerate(env.list("DATABASE_REPLICAS", default=[]), 1)}
DATABASES |= REPLICAS
# Addresses that are never answered from a replica: signing in, which depends on what was written a moment before and
# uses up codes of other sites, and the admin.
PRIMARY_PATHS = r"/(?:accounts|admin)(?:/.*)?"
