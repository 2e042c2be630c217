"""Decisions of superusers, which the log shows: they are done on the page of moderators, and taken back there."""

from moderation.decisions.decision import Decision, register


class _Appointment(Decision):
    kinds = ()
    notifies = False
    is_undoable = False


@register
class Appoint(_Appointment):
    key = "appoint"
    title = "Appoint as moderator"
    past = "appointed {label} as a moderator"


@register
class DismissModerator(_Appointment):
    key = "dismiss-moderator"
    title = "Dismiss as moderator"
    past = "dismissed {label} as a moderator"


APPOINTMENTS = (Appoint.key, DismissModerator.key)
