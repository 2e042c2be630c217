"""The environment, read once: the process's own variables, then `.env` beside manage.py."""

import secrets
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(ROOT / ".env")

DATA = Path(env("BROADSHEET_DATA", default=str(ROOT / "var"))).expanduser().resolve()


def kept_secret(name: str, length: int = 48) -> str:
    """The secret of this name, `length` random bytes, kept in the state folder for its owner to read only."""
    path = DATA / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        DATA.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(length))
        return path.read_text().strip()
