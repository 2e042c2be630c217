"""Keeping order: flags, the queue of cases, the decisions of moderators, and the public log of them."""
