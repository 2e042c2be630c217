from orgs.models.claim import Claim
from orgs.models.event import Event
from orgs.models.formerslug import FormerSlug
from orgs.models.invitation import Invitation
from orgs.models.membership import Membership
from orgs.models.organisation import Organisation
from orgs.models.sourceidentity import SourceIdentity

__all__ = ["Claim", "Event", "FormerSlug", "Invitation", "Membership", "Organisation", "SourceIdentity"]
