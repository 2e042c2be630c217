"""What all jobs have in common."""

from procrastinate import RetryStrategy

# What fails is tried again after 4, 16, 64 and 256 seconds; then it has failed, which moderators see.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)
