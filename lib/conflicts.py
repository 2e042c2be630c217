"""Two people who change one thing at once: what each of them did not touch stays as the other one left it.

A form carries a digest of each value that it was made from (its base), so that what is saved is a merge of three.
"""

import hashlib
import json


def digests(state: dict) -> dict[str, str]:
    """A short digest of each value (what JSON can hold)."""
    told = {name: json.dumps(value, sort_keys=True).encode() for name, value in state.items()}
    return {name: hashlib.blake2b(value, digest_size=4).hexdigest() for name, value in told.items()}


def read(told: str) -> dict[str, str]:
    """The digests that a form gives back; none if they are damaged, so that nothing counts as known."""
    try:
        known = json.loads(told)
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def weigh(values: dict, state: dict, base: dict[str, str]) -> tuple[dict, list[str], list[str]]:
    """Of these values: those that were changed here; names of those that `state` has changed since, too, and
    otherwise; and names of those that only `state` has changed."""
    mine, theirs = digests(values), digests({name: state[name] for name in values})
    typed = {name: value for name, value in values.items() if mine[name] != base.get(name)}
    both = [name for name in typed if theirs[name] not in (mine[name], base.get(name))]
    others = [name for name in values if name not in typed and mine[name] != theirs[name]]
    return typed, both, others
