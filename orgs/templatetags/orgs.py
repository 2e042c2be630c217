from django import template

from accounts.factors import acts_as_moderator
from orgs.roles import CONNECT, EDIT, SEE, TAG

register = template.Library()


@register.inclusion_tag("orgs/nav.html", takes_context=True)
def org_nav(context, org) -> dict:
    """The context of the tabs: the pages of the organisation that this reader may open.

    It takes one statement for somebody signed in, two for a moderator.
    """
    request = context["request"]
    permissions = org.permissions_of(request.user)
    is_inside = SEE in permissions or acts_as_moderator(request)
    may = {
        "orgs:members": is_inside,
        "orgs:log": is_inside,
        "papers:suggestions": TAG in permissions,
        "orgs:edit": EDIT in permissions,
        "papers:featured": EDIT in permissions,
        "papers:sections": EDIT in permissions,
        "machines:org_webhooks": CONNECT in permissions,
    }
    names = ["papers:org", "papers:insights", *(name for name, allowed in may.items() if allowed)]
    return {"org": org, "pages": [(name, _LABELS[name]) for name in names], "path": request.path}


_LABELS = {
    "papers:org": "Page",
    "papers:insights": "Insights",
    "orgs:members": "Members",
    "orgs:log": "Activity",
    "papers:suggestions": "Suggestions",
    "orgs:edit": "Edit",
    "papers:featured": "Featured",
    "papers:sections": "Sections",
    "machines:org_webhooks": "Webhooks",
}
