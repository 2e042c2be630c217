from moderation.models.action import Action
from moderation.models.answer import Answer
from moderation.models.case import Case
from moderation.models.flag import Flag

__all__ = ["Action", "Answer", "Case", "Flag"]
