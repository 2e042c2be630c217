"""Hashing of passwords. One hash keeps a processor core busy for most of a second, and anybody can ask for one."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from lib.refusals import Busy

AT_ONCE = 2  # in a process: half of the threads that a web worker has
PATIENCE = 0.2  # seconds that a thread waits for its turn, in which it answers nobody else

slots = BoundedSemaphore(AT_ONCE)


class CappedPBKDF2Hasher(PBKDF2PasswordHasher):
    """Django's default hasher, of which only a few run at once in a process, so that other requests are answered.

    Raises Busy if none of those ends within a moment. A command has one thread and so never waits.
    """

    def encode(self, password, salt, iterations=None):
        if not slots.acquire(timeout=PATIENCE):
            raise Busy("Too many people are signing in at this moment. Try again in a few seconds.")
        try:
            return super().encode(password, salt, iterations)
        finally:
            slots.release()
