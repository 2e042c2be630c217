from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from moderation.models import Action, Case
from moderation.subjects import KINDS

LABEL = "a deleted account"


@receiver(pre_delete, sender=get_user_model())
def forget_name(instance, **kwargs) -> None:
    """Take the name of a person who leaves out of the log and the queue."""
    Action.objects.about(KINDS["person"], instance.pk).update(label=LABEL, url="")
    Case.objects.about(KINDS["person"], instance.pk).update(label=LABEL)
