"""Merging the changes of two people who edit one object at the same time.

A form carries a digest of each value that it was rendered with (its base). Together with the values that were typed and
those that are stored by now, that makes a three-way merge: a value that one person did not change stays as the other
person left it.
"""

import hashlib
import json


def digests(values: dict) -> dict[str, str]:
    """Returns a short digest of each value. The values are those that JSON can hold."""
    dumps = {name: json.dumps(value, sort_keys=True).encode() for name, value in values.items()}
    return {name: hashlib.blake2b(dump, digest_size=4).hexdigest() for name, dump in dumps.items()}


def read(text: str) -> dict[str, str]:
    """Returns the digests that a form sends back as JSON, or none if they are damaged: then every value is changed."""
    try:
        base = json.loads(text)
    except ValueError:
        return {}
    return base if isinstance(base, dict) else {}


def merge(values: dict, stored: dict, base: dict[str, str]) -> tuple[dict, list[str], list[str]]:
    """Compares the values of a form with the stored ones and with the digests of those that the form began with.

    Returns the values that were changed in the form, the names of those of them that were also changed in the store,
    in another way, and the names of the values that were changed in the store alone.
    """
    ours, theirs = digests(values), digests({name: stored[name] for name in values})
    changed = {name: value for name, value in values.items() if ours[name] != base.get(name)}
    conflicts = [name for name in changed if theirs[name] not in (ours[name], base.get(name))]
    others = [name for name in values if name not in changed and ours[name] != theirs[name]]
    return changed, conflicts, others
