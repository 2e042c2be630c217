"""People who use the site at once, each in a thread, until they are stopped."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

from bench.campaign import actions
from bench.campaign.actions import Actor, Call
from bench.campaign.oracle import Ledger
from bench.campaign.people import Cast
from bench.campaign.site import Site

_PAUSE = 0.02  # seconds after each thing that somebody does
_PAUSE_OF_MODERATOR = 0.1


@contextmanager
def at_work(site: Site, ledger: Ledger, cast: Cast, prefix: str, *, seed: str, submits: bool = False):
    """Let all people work while the block runs, and wait until each has the answer that is due or lost.

    What they do follows from the seed, and the texts that they write begin with the prefix. Yields a list that has,
    after the block, the calls of the API that nobody answered.
    """
    stop, unanswered = Event(), []
    people = [*cast.readers, cast.moderator]
    actors = [Actor(site, ledger, cast, who, random.Random(f"{seed} {who.name}"), prefix) for who in people]
    with ThreadPoolExecutor(len(actors)) as pool:
        workers = [pool.submit(_work, actor, stop) for actor in actors]
        try:
            if submits:
                workers.append(pool.submit(_submit, actors[0]))
            yield unanswered
        finally:
            stop.set()
    for worker in workers:
        worker.result()
    unanswered += [call for actor in actors for call in actor.calls]


def repeat(site: Site, ledger: Ledger, cast: Cast, calls: list[Call], prefix: str) -> list[Call]:
    """Send each call again, by the person who made it. Returns those that still have no answer."""
    left = []
    for person in cast.readers:
        actor = Actor(site, ledger, cast, person, random.Random(prefix), prefix)
        for call in calls:
            if f" {person.name} " in call.marker:
                actions.repeat(actor, call)
        actor.browser.close()
        left += actor.calls
    return left


def _work(actor: Actor, stop: Event) -> None:
    is_moderator = actor.person == actor.cast.moderator
    own = {actions.moderate: 1} if is_moderator else actions.OF_READERS
    while not stop.is_set():
        [action] = actor.chance.choices(list(own), list(own.values()))
        action(actor)
        stop.wait(_PAUSE_OF_MODERATOR if is_moderator or not actor.is_answered else _PAUSE)
    actor.browser.close()


def _submit(actor: Actor) -> None:
    other = Actor(actor.site, actor.ledger, actor.cast, actor.person, actor.chance, actor.prefix)
    actions.submit(other)
    other.browser.close()
