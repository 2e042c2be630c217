"""Sessions in the database: one statement reads the session, the person, and what each page shows of the person.

allauth's row of each sign-in names the person before the data of the session are decoded. Who is signed in is decided
by these data alone, as by Django.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from lib.statements import rows

COLUMNS: dict[str, str] = {}  # name → SQL about the row `person`; upper apps add what is read with each session

_FIELDS = User._meta.concrete_fields
_NAMES = [field.attname for field in _FIELDS]
_CONVERTERS = [
    (position, convert) for position, field in enumerate(_FIELDS) for convert in field.get_db_converters(connection)
]
_READ = """
    SELECT session.session_data, {columns}
    FROM django_session session
    LEFT JOIN usersessions_usersession sign_in USING (session_key)
    LEFT JOIN accounts_user person ON person.id = sign_in.user_id
    WHERE session_key = %s AND session.expire_date > %s
"""


class SessionStore(db.SessionStore):
    """Django's store, which also reads `person`: whose session it seems to be, with COLUMNS as attributes, or None.

    Signatures of sessions contain the name of this class, which is that of Django's.
    """

    person: User | None = None

    def get_expiry_date(self, **kwargs) -> datetime:
        """Returns when the session ends: SESSION_COOKIE_AGE after the last proof of who its person is, at the latest.

        So a session that is written for any other reason lasts no longer.
        """
        end = super().get_expiry_date(**kwargs)
        if records := self.get(AUTHENTICATION_METHODS_SESSION_KEY):
            proved_at = datetime.fromtimestamp(records[-1]["at"], UTC)
            end = min(end, proved_at + timedelta(seconds=settings.SESSION_COOKIE_AGE))
        return end

    def load(self) -> dict:
        found = rows(_statement(), [self.session_key, timezone.now()])
        if not found:
            self._session_key = None
            return {}
        data, *person = found[0]
        self.person = _person(person)
        return self.decode(data)


def renew_key(request: HttpRequest) -> None:
    """Give the session another key, since its person has just proved who they are: a copy of the old one is useless.

    Signing in does the same.
    """
    former = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)


@cache
def _statement() -> str:
    columns = (f"person.{field.column}" for field in _FIELDS)
    return _READ.format(columns=", ".join([*columns, *(f"({sql})" for sql in COLUMNS.values())]))


def _person(row: list) -> User | None:
    """Returns the person of these columns, with COLUMNS as attributes; None if allauth knows no person."""
    values = row[: len(_FIELDS)]
    for position, convert in _CONVERTERS:
        values[position] = convert(values[position], None, connection)
    person = User.from_db(connection.alias, _NAMES, values)
    vars(person).update(zip(COLUMNS, row[len(_FIELDS) :], strict=True))
    return person if person.pk else None


class SessionUserMiddleware(AuthenticationMiddleware):
    """Sets `request.user` as Django's middleware does, without a second statement for the person."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))


def _user(request: HttpRequest):
    """Returns the session's person if the session proves it without more ado. Anything else is left to Django."""
    session = request.session
    user_id, backend = session.get(auth.SESSION_KEY), session.get(auth.BACKEND_SESSION_KEY)
    person = session.person  # known once the session is read
    if (
        person
        and person.is_active
        and user_id == str(person.pk)
        and backend in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(auth.HASH_SESSION_KEY, ""), person.get_session_auth_hash())
    ):
        return person
    return auth.get_user(request)
