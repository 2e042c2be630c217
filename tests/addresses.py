"""The addresses of the site, taken from the URL configuration itself."""

from importlib import import_module

from django.urls import reverse

ARGUMENTS = {
    "slug": "lab",
    "username": "hilda",
    "key": "hush",
    "ref": "2509.08721",
    "token": "no-such-token",
    "name": "papers",
    "kind": "topics",
    "handle": "2509.08721",
    "text": "2025-09-10",
    "colour": "9a1b1e",
    "path": "collections/hush",
    "number": "0",
    "density": "compact",
    "pk": "9000001",
    "format": "atom",
    "subject": "comment",
    "decision": "hide",
}
OTHERS = {"papers:week": {"text": "2025-W37"}, "papers:month": {"text": "2025-09"}}
OTHERS["moderation:flag"] = {"subject": "paper"}


def addresses() -> dict[str, str]:
    """The name of each address of ours → the address, about the lab, a hidden person and a private collection."""
    found = {}
    for app in ("accounts", "api", "inbox", "moderation", "orgs", "papers"):
        urls = import_module(f"{app}.urls")
        for pattern in urls.urlpatterns:
            name = f"{urls.app_name}:{pattern.name}"
            wanted = set(pattern.pattern.converters or pattern.pattern.regex.groupindex) - set(pattern.default_args)
            assert wanted <= ARGUMENTS.keys(), f"{name} takes something that this walk does not know"
            values = {argument: ARGUMENTS[argument] for argument in wanted} | OTHERS.get(name, {})
            found[name] = reverse(name, kwargs=values)
    return found
