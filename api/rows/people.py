"""People and organisations as JSON, in the Hub's shapes."""

from accounts.models import User
from api.rows.values import object_id, picture
from orgs.models import Organisation
from papers.sites import USERNAME


def user(person: User) -> dict:
    """A person. The user name stands under `user`, which the Hub's client reads, and under `name`, as at the Hub."""
    return _user(object_id(person.pk), person.username, str(person), picture(person.portrait.name))


def site() -> dict:
    """The site itself in the shape of a person, for what nobody has submitted."""
    return _user(object_id(0), USERNAME, "Broadsheet", picture(""))


def imported(name: str, username: str, avatar: str = "") -> dict:
    """Somebody at the site from which something was imported, whose avatar may be a path there."""
    avatar = avatar if avatar.startswith("https://") else picture("")
    return _user(object_id(0), username, name or username, avatar)


def deleted(person: User | None) -> dict:
    """Somebody whose account was deleted, or deactivated, as pages say it."""
    return _user(object_id(0), "", "A deactivated account" if person else "A deleted account", picture(""))


def organisation(org: Organisation) -> dict:
    """An organisation. Its logo stands under `avatarUrl`, which the Hub's client reads, and under `avatar`."""
    logo = picture(org.logo.name)
    return {
        "_id": object_id(org.pk),
        "name": org.slug,
        "fullname": org.name,
        "avatar": logo,
        "avatarUrl": logo,
        "isVerified": org.verified,
        "type": "org",
    }


def _user(id: str, username: str, name: str, avatar: str) -> dict:
    return {
        "_id": id,
        "avatarUrl": avatar,
        "fullname": name,
        "isPro": False,
        "name": username,
        "user": username,
        "type": "user",
    }
