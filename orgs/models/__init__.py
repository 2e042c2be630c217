from orgs.models.membership import Membership
from orgs.models.organisation import Organisation

__all__ = ["Membership", "Organisation"]
