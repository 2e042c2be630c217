"""Keeping order: flags, the queue of cases, the deeds of moderators, and the public log of them."""
