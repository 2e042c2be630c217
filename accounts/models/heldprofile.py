from functools import partial

from django.db import models, transaction
from django.db.models import Q

from lib.images import copy, forget
from lib.refusals import NotAllowed

FIELDS = ("about", "links", "portrait")


class HeldProfile(models.Model):
    """What moderators hide of a profile: `held_profile` has its texts, links and picture, and the `reason`.

    Meanwhile FIELDS are empty, and the person cannot fill them. It is a part of a user, as is `Moderated`, whose
    methods lock and write the row.
    """

    held_profile = models.JSONField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(held_profile__isnull=True) | Q(about="", links=[], portrait=""),
                name="user_held_profile_is_empty",
            )
        ]

    @property
    def profile_hidden_reason(self) -> str:
        """Why moderators have hidden the texts, links and picture; "" if they have not."""
        return self.held_profile["reason"] if self.held_profile else ""

    @transaction.atomic
    def hide_profile(self, actor, reason: str) -> None:
        """Hide FIELDS, for a reason that the person reads; the picture gets another address, which nobody has.

        Raises NotAllowed for anybody but moderators.
        """
        self._lock_to_moderate(actor)
        self.refresh_from_db(fields=[*FIELDS, "held_profile"])
        if self.held_profile is None:
            portrait = self.portrait.name or ""
            held = {"about": self.about, "links": self.links, "reason": reason}
            held["portrait"] = copy(portrait) if portrait else ""
            transaction.on_commit(partial(forget, [portrait] if portrait else []))
            self._write(held_profile=held, about="", links=[], portrait="")

    @transaction.atomic
    def show_profile(self, actor) -> None:
        """Show FIELDS again. Raises NotAllowed for anybody but moderators."""
        self._lock_to_moderate(actor)
        self.refresh_from_db(fields=["held_profile"])
        if self.held_profile is not None:
            self._write(**{name: self.held_profile[name] for name in FIELDS}, held_profile=None)

    def demand_own_profile(self, changed: list[str]) -> None:
        """Raises NotAllowed if moderators have hidden the profile by now and one of these fields is among FIELDS."""
        self.refresh_from_db(fields=["held_profile"])
        if self.held_profile and set(FIELDS).intersection(changed):
            raise NotAllowed(f"Moderators have hidden your profile: {self.profile_hidden_reason}")
