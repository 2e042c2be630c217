"""The links of a paper to its code and its project page: where they came from, and who may change them."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import Q

from accounts.moderators import demand_moderator
from lib.locks import LockQuerySet
from lib.refusals import BadInput, Gone, NotAllowed
from lib.text import one_line
from papers.lengths import MAX_URL


class LinkSource(models.TextChoices):
    """Where a link came from, in the order of authority: a change from below does not replace a link from above.

    IMPORT is also the source of a link that nobody has set. A link that somebody removed keeps that person's source, so
    that no import brings it back.
    """

    MODERATOR = "moderator", "added by a moderator"
    AUTHOR = "author", "added by an author"
    SUBMITTER = "submitter", "added by the submitter"
    IMPORT = "import", "imported with the paper"
    AUTOMATIC = "automatic", "found in the abstract"

    def outranks(self, other: Self) -> bool:
        order = list(type(self))
        return order.index(self) < order.index(LinkSource(other))


def source_of(actor, paper) -> LinkSource:
    """As what this person may change what belongs to a paper: an author, its submitter, or else a moderator.

    Raises NotAllowed.
    """
    if paper.author_claims.granted_to(actor).exists():
        return LinkSource.AUTHOR
    if paper.submitted_by_id == actor.pk:
        return LinkSource.SUBMITTER
    if actor.is_moderator:
        demand_moderator(actor)
        return LinkSource.MODERATOR
    raise NotAllowed("Only moderators, the submitter and authors who have claimed their names can do this.")


class CodeState(models.TextChoices):
    """How the repository that `code_url` leads to was found the last time that its site answered.

    EMPTY is a repository without files, or only with such as a README and a licence.
    """

    UNKNOWN = "unknown"
    LIVING = "living"
    ARCHIVED = "archived"
    EMPTY = "empty"
    DEAD = "dead", "Dead link"

    @property
    def name_of_link(self) -> str:
        """What pages and feeds call a link to the repository, such as "Code (archived)"."""
        return "Code" if self in (CodeState.UNKNOWN, CodeState.LIVING) else f"Code ({self.label.lower()})"


MAX_LICENCE = 60  # characters
WITH_CODE = ~Q(code_url="") & ~Q(code_state=CodeState.DEAD) & ~Q(code_state=CodeState.EMPTY)
UNCHECKED = {"code_stars": None, "code_state": CodeState.UNKNOWN, "code_licence": "", "code_checked_at": None}
_COLUMNS = ("code_url", "code_source", "project_url", "project_source", "submitted_by_id")
_check_url = URLValidator(["http", "https"])
_NAMES = {"code": "code link", "project": "link to the project page"}


class LinkQuerySet(LockQuerySet):
    def with_code(self):
        """Papers with a link to code that is not known to be dead or empty."""
        return self.filter(WITH_CODE)

    @transaction.atomic
    def relink(self, actor, paper, *, code_url=None, project_url=None, source: LinkSource) -> bool:
        """Change links of a paper, and note that they came from this source. Return whether anything changed.

        None leaves a link as it is, and "" removes it. Only moderators name a source other than what they are, as when
        they undo a change. Whether the actor is an author is for the verb of authors to find out. The paper is
        read anew. Raises BadInput for what is no address, NotAllowed, and Gone.
        """
        actor.lock()
        if not self.filter(pk=paper.pk).lock():
            raise Gone("This paper no longer exists.")
        paper.refresh_from_db(fields=_COLUMNS)
        _demand(actor, paper, source)
        changes = {}
        for link, url in {"code": code_url, "project": project_url}.items():
            if url is not None:
                changes |= _changes(paper, link, _cleaned(link, url), source, is_bound=not actor.is_moderator)
        if changes.get("code_url", paper.code_url) != paper.code_url:
            changes |= UNCHECKED
        if changes:
            self.touch([paper.pk], **changes)
            paper.refresh_from_db(fields=[*changes, "revision"])
        return bool(changes)


def _demand(actor, paper, source: LinkSource) -> None:
    """Raises NotAllowed unless the actor may change links as this source."""
    if source == LinkSource.SUBMITTER and paper.submitted_by_id == actor.pk:
        return
    if source != LinkSource.AUTHOR:
        demand_moderator(actor)


def _changes(paper, link: str, url: str, source: LinkSource, *, is_bound: bool) -> dict[str, str]:
    """The columns that have to change. Raises NotAllowed if the actor is bound by authority, and theirs is too low.

    Who gives the address that is stored stands for it from then on, if that is of higher authority; but not moderators,
    whose form has both links.
    """
    stored_url, stored_source = getattr(paper, f"{link}_url"), LinkSource(getattr(paper, f"{link}_source"))
    changes = {f"{link}_url": url, f"{link}_source": source}
    if not is_bound:
        return {} if url == stored_url else changes
    if url == stored_url:
        return changes if url and source.outranks(stored_source) else {}
    if stored_source.outranks(source):
        owner = {LinkSource.MODERATOR: "A moderator", LinkSource.AUTHOR: "An author"}[stored_source]
        raise NotAllowed(f"{owner} set the {_NAMES[link]} of this paper. If it is wrong, report it.")
    return changes


def _cleaned(link: str, url: str) -> str:
    """The address in one line. Raises BadInput if it is none."""
    url = one_line(url)
    try:
        if url:
            _check_url(url)
    except ValidationError:
        raise BadInput(f"The {_NAMES[link]} has to be a complete address that begins with https://.") from None
    if len(url) > MAX_URL:
        raise BadInput(f"The {_NAMES[link]} has to have at most {MAX_URL} characters.")
    return url
