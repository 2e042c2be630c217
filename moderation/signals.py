"""Signals to the apps above. Each is sent inside the transaction of the change."""

from django.dispatch import Signal

# action: Action. A moderator has carried it out, or undone it; its `people` are concerned.
action_changed = Signal()
