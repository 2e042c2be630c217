"""Password hashing with a limit. One hash occupies a processor core for most of a second, and anybody can cause one."""

from threading import BoundedSemaphore

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from lib.refusals import Busy

CONCURRENT_HASHES = 2  # in a process: half of the threads that a web worker has
TIMEOUT = 0.2  # seconds for which a thread waits for its turn

slots = BoundedSemaphore(CONCURRENT_HASHES)


class CappedPBKDF2Hasher(PBKDF2PasswordHasher):
    """Django's default hasher with at most CONCURRENT_HASHES at once in a process, so that other requests are answered.

    Raises Busy if no other hash ends within TIMEOUT. A command has one thread and so never waits.
    """

    def encode(self, password, salt, iterations=None):
        if not slots.acquire(timeout=TIMEOUT):
            raise Busy("Too many people are signing in right now. Try again in a few seconds.")
        try:
            return super().encode(password, salt, iterations)
        finally:
            slots.release()
