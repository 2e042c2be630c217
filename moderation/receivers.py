from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.signals import moderator_appointed
from moderation.decisions import DECISIONS
from moderation.decisions.appointments import Appoint, DismissModerator
from moderation.models import Action, Case
from moderation.questions import Question
from moderation.subjects import KINDS
from papers.models import AuthorClaim
from papers.models.authorclaimqueryset import ClaimState
from papers.signals import authorship_claimed, authorship_decided, authorship_released, votes_held

LABEL = "a deleted account"
FORMER_MODERATOR = "A former moderator"


@receiver(pre_delete, sender=get_user_model())
def forget_name(instance, **kwargs) -> None:
    """Take the name of a person who leaves out of the log and the queue."""
    Action.objects.filter(moderator=instance).update(moderator_name=FORMER_MODERATOR)
    Action.objects.filter(undone_by=instance).update(undone_by_name=FORMER_MODERATOR.lower())
    Action.objects.about(KINDS["person"], instance.pk).update(label=LABEL, url="")
    Case.objects.about(KINDS["person"], instance.pk).update(label=LABEL)
    for action in Action.objects.filter(kind=KINDS["authorclaim"].key, data__claimant=instance.pk):
        action.data |= {"claimant": None, "claimant_name": LABEL}
        action.save(update_fields=["data"])
    for action in Action.objects.filter(kind=KINDS["paper"].key, data__voters__contains=[instance.pk]):
        action.data["voters"].remove(instance.pk)
        action.save(update_fields=["data"])


@receiver(moderator_appointed)
def log_appointment(actor, user, appointed: bool, **kwargs) -> None:
    Action.objects.note(actor, DECISIONS[Appoint.key if appointed else DismissModerator.key], KINDS["person"], user)


@receiver(votes_held)
def open_case_of_votes(paper, number: int, factors: dict[str, float], **kwargs) -> None:
    kind = KINDS["paper"]
    Case.objects.add_hold(kind, paper.pk, kind.label(paper), number, factors)


@receiver(authorship_claimed)
def open_case_of_authorship(claim, **kwargs) -> None:
    kind = KINDS["authorclaim"]
    Case.objects.ensure(kind, claim.pk, kind.label(claim), Question.AUTHORSHIP)


@receiver([authorship_decided, authorship_released])
def close_case_of_authorship(claim, **kwargs) -> None:
    """Close the case about a claim that is decided elsewhere, such as by a proof."""
    if claim.state != ClaimState.WAITING:
        Case.objects.close(KINDS["authorclaim"], claim.pk, [Question.AUTHORSHIP])


@receiver(pre_delete, sender=AuthorClaim)
def close_case_of_deleted_claim(instance, **kwargs) -> None:
    Case.objects.close(KINDS["authorclaim"], instance.pk, [Question.AUTHORSHIP])
