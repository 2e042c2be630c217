"""Signing in through the form as people do, from a network of their choice, and codes as an app makes them."""

import re
import time

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from accounts.models import User
from tests.conftest import Reader

PASSWORD = "correct horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
HERE, OTHER_NETWORK = "198.51.100.7", "203.0.113.7"


def register(username: str, **fields) -> User:
    """Somebody with a confirmed address who knows PASSWORD."""
    user = User.objects.create_user(username, f"{username}@example.org", PASSWORD, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def send(reader: Reader, path: str, data: dict, ip: str = HERE):
    """What a person does: open the page, fill in the form, send it."""
    reader.get(path)
    return press(reader, path, data, ip)


def press(reader: Reader, path: str, data: dict, ip: str = HERE):
    """Send a form of a page that is open already."""
    data = data | {"csrfmiddlewaretoken": reader.cookies["csrftoken"].value}
    return reader.post(path, data, REMOTE_ADDR=ip, HTTP_USER_AGENT=FIREFOX)


def sign_in(login: str, password: str = PASSWORD, ip: str = HERE):
    """The answer to a sign-in by somebody who was never here, and that person's browser."""
    reader = Reader()
    return send(reader, "/accounts/login/", {"login": login, "password": password}, ip), reader


def browser_of(login: str, ip: str = HERE) -> Reader:
    """A browser in which this person has signed in and has just typed the password once more."""
    _, reader = sign_in(login, ip=ip)
    send(reader, "/accounts/reauthenticate/", {"password": PASSWORD}, ip)
    return reader


def proved(reader: Reader) -> Reader:
    """The browser, in which its owner has just typed the password once more, and need not do so during the test."""
    session = reader.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time() + 3_600, "reauthenticated": True}
    ]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return reader


def is_signed_in(reader: Reader) -> bool:
    return reader.get("/settings/profile").status_code == 200


def link_in(mail) -> str:
    return re.search(r"http://[^/]+(/accounts/\S+)", mail.body)[1]


def code(secret: str) -> str:
    """The code that an authenticator app shows, early enough in its half minute to be used on a busy machine."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def add_app(user: User) -> str:
    """The secret of an authenticator app that this person has set up before."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def set_up_app(reader: Reader) -> str:
    """The secret of an authenticator app that is set up on the page for it."""
    page = reader.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'value="([A-Z2-7]{32})"', page)[1]
    press(reader, "/accounts/2fa/totp/activate/", {"code": code(secret)})
    return secret


def change_password(reader, mailoutbox):
    """Change it from PASSWORD, in the settings."""
    new = {"oldpassword": PASSWORD, "password1": "another horse", "password2": "another horse"}
    send(reader, "/accounts/password/change/", new)


def reset_password(reader, mailoutbox):
    """Sign out, and set another password by the link in a mail to Dora."""
    send(reader, "/accounts/logout/", {})
    send(reader, "/accounts/password/reset/", {"email": "dora@example.org"})
    form = reader.get(link_in(mailoutbox[-1])).url
    send(reader, form, {"password1": "another horse", "password2": "another horse"})
