"""What an organisation's page says above its papers, and its statistics, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from django.urls import reverse

from lib import tex
from lib.commonmark import address, item, line, link, quotation
from lib.rewriting import rewritten
from orgs.models import Organisation
from papers.models import Collection, Item
from papers.organisations.insights import Statistic
from papers.paper.markdown import absolute, blocks, fact, leading_to


def above(context: Mapping) -> str:
    """What stands above the papers on the page with this context."""
    found = context["org"]
    facts = {
        "Verified": "yes" if found.verified else "",
        "Website": address(found.website) if found.website else "",
        "Links": ", ".join(link(its["label"], its["url"]) for its in found.links),
        "Members": _members(context["members"]) + (" and more" if context["more_members"] else ""),
    }
    shown = [fact(name, value) for name, value in facts.items() if value]
    shown += [_section(*section) for section in context["sections"]]
    return blocks([rewritten(found.news), rewritten(found.description), "\n".join(shown)])


def _members(members: Iterable) -> str:
    return ", ".join(_member(member) for member in members)


def _member(member) -> str:
    name = link(str(member.user), absolute(reverse("papers:person", args=[member.user.username])))
    return name if member.role == "member" else f"{name} ({member.get_role_display().lower()})"


def _section(collection: Collection, items: Sequence[Item]) -> str:
    counts = {"papers": collection.paper_count}
    head = f"Section {leading_to(collection.name, collection.get_absolute_url(), counts)}"
    about = quotation(rewritten(collection.description)) if collection.description else ""
    return item(blocks([head, about, "\n".join(map(_paper, items))]))


def _paper(placed: Item) -> str:
    paper = placed.paper
    name = tex.markdown_line(paper.title) or paper.arxiv_id
    note = quotation(rewritten(placed.note)) if placed.note else ""
    return item(blocks([f"{name}, published {paper.published_at:%Y-%m-%d}: {address(absolute(paper.path))}", note]))


def insights(found: Organisation, statistics: Iterable[Statistic]) -> str:
    """The page of the organisation's statistics."""
    page = f"Organisation: {leading_to(found.name, found.get_absolute_url())}"
    return blocks([f"# Insights: {line(found.name)}", page, *map(_statistic, statistics)]) + "\n"


def _statistic(statistic: Statistic) -> str:
    bars = statistic.chart.filled if statistic.chart else []
    shown = "\n".join(item(f"{_bar(bar)}: {bar.count}") for bar in bars) or line(statistic.summary)
    return blocks([f"## {line(statistic.title)}", line(statistic.note), shown])


def _bar(bar) -> str:
    return link(bar.name, absolute(bar.url)) if bar.url else line(bar.name)
