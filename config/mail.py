"""The settings of mail. Django finds them in `config.settings`."""

from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from lib.env import env

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "smtps": 465}  # smtps is another name of smtp+ssl


def _mailer(address: str) -> dict:
    """Returns Django's settings of the mail server with this address.

    Raises ImproperlyConfigured, which does not show the address, since that holds a password.
    """
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        url, port = urlsplit(""), None
    if url.scheme == "consolemail":
        return {"BACKEND": "lib.mail.LogBackend"}
    if url.scheme not in _PORTS or not url.hostname:
        example = "smtp+tls://user:password@mail.example.org:587"
        raise ImproperlyConfigured(f"EMAIL_URL is no address of a mail server. For example {example}")
    options = {
        "host": url.hostname,
        "port": port or _PORTS[url.scheme],
        "username": unquote(url.username or ""),
        "password": unquote(url.password or ""),
        "use_tls": url.scheme == "smtp+tls",
        "use_ssl": url.scheme in ("smtp+ssl", "smtps"),
        "timeout": 10,  # seconds, because a reader may be waiting
    }
    return {"BACKEND": "lib.mail.SmtpBackend", "OPTIONS": options}


MAILERS = {"default": _mailer(env("EMAIL_URL", default="consolemail://"))}
# With this secret a mail service reports bounces. Without a secret, the address for such reports does not exist.
_webhook_secret = env("ANYMAIL_WEBHOOK_SECRET", default="")
ANYMAIL = {"WEBHOOK_SECRET": _webhook_secret} if _webhook_secret else {}
