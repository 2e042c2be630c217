"""A paper's own page and that of its versions as Markdown."""

from collections.abc import Sequence

from django.urls import reverse

from accounts.models import User
from lib import tex
from lib.commonmark import address, escaped, fence, item, line, link
from lib.word_diff import Kind, Stretch
from papers.detail import statement
from papers.detail.statement import PaperDetail, Similar
from papers.detail.versions import VersionChange
from papers.discussion import markdown as discussion
from papers.discussion import thread
from papers.discussion.thread import Thread
from papers.models import AiText, Artefact, Correction, Paper
from papers.paper import citation
from papers.paper.markdown import absolute, abstract, blocks, fact, facts_of, title
from papers.paper.summary import summarise

_MARKS = {Kind.SAME: "", Kind.REMOVED: "~~", Kind.ADDED: "**"}


def read(arxiv_id: str, viewer) -> str | None:
    """The page of the paper with this id as the viewer sees it, or None if there is no such paper."""
    detail = statement.find(arxiv_id, viewer)
    if detail is None:
        return None
    return page(detail, viewer, thread.read(viewer, detail.paper) if detail.has_comments else thread.EMPTY)


def page(detail: PaperDetail, viewer, shown: Thread) -> str:
    """The paper's page with this page of its comments as the viewer sees them.

    It begins as the Hub's does, so that what reads that one reads this one; but its source is this page.
    """
    paper = summarise(detail.paper, detail.authors, [organisation.name for organisation in detail.organisations])
    source = f"URL Source: {paper.url}"
    facts = [fact("Page", address(paper.url)), *facts_of(paper, len(paper.authors))]
    if person := lister(detail, viewer):
        address_of_person = absolute(reverse("papers:person", args=[person.username]))
        facts.append(fact("Submitted by", link(str(person), address_of_person)))
    if detail.has_changes:
        facts.append(fact("Version", f"{detail.paper.version}, {link('what changed', f'{paper.url}/versions')}"))
    sections = {
        "Abstract": abstract(paper),
        "Summary": _ai_text(detail.ai_text),
        "Models, datasets and demos": "\n".join(map(_artefact, detail.artefacts)),
        "Similar papers": _similar(detail.similar, f"{paper.url}/similar"),
        "Comments": _comments(detail, viewer, shown),
        "How to cite": fence(citation.bibtex(paper), "bibtex"),
    }
    head = [f"Title: {title(paper)}", source, f"Markdown Content:\n# {title(paper)}", "\n".join(facts)]
    return blocks([*head, *(f"## {name}\n\n{text}" for name, text in sections.items() if text)]) + "\n"


def lister(detail: PaperDetail, viewer) -> User | None:
    """Who submitted the paper, if they let the viewer see it."""
    person = detail.lister
    return person if person and person.shows("submissions", to=viewer) else None


def _ai_text(text: AiText | None) -> str:
    """What a language model wrote about the paper, or an author instead, with where it comes from."""
    if text is None:
        return ""
    source = f"By the language model {text.model}" if text.model else "By an author"
    about = f"{source}, {text.made_at:%Y-%m-%d}, about version {text.version} of the paper."
    keywords = f"Keywords: {', '.join(text.keywords)}" if text.keywords else ""
    return blocks([line(about), *map(line, text.summary.split("\n\n")), line(keywords)])


def _artefact(artefact: Artefact) -> str:
    likes = f", likes: {artefact.likes}" if artefact.likes is not None else ""
    source = artefact.get_source_display().lower()
    return item(f"{artefact.get_kind_display()}: {link(artefact.name, artefact.url)}{likes}, source: {source}")


def similar_to(paper: Paper) -> str:
    """What stands above the papers that are similar to this one."""
    return f"Paper: {address(absolute(paper.path))}"


def _similar(papers: Sequence[Similar], address_of_all: str) -> str:
    return "\n".join([*map(_similar_paper, papers), item(link("All similar papers", address_of_all))] if papers else [])


def _similar_paper(paper: Similar) -> str:
    about = [escaped(paper.organisation), f"published {paper.published_on}", "withdrawn" if paper.is_withdrawn else ""]
    name = tex.markdown_line(paper.title) or paper.arxiv_id
    url = absolute(reverse("papers:paper", args=[paper.arxiv_id]))
    return item(f"{', '.join(filter(None, [name, *about]))}: {address(url)}")


def _comments(detail: PaperDetail, viewer, shown: Thread) -> str:
    """The comments of a page, and how to get the others."""
    paper = detail.paper
    texts = [discussion.locked(paper), discussion.thread(viewer, shown) or "There are no comments here."]
    texts += (f"{site.count} more at {site.name}: {address(site.url)}" for site in detail.other_sites)
    all_comments = absolute(reverse("papers:comments", args=[paper.arxiv_id]))
    texts.append(f"All comments: {address(all_comments)}" if shown.cursor else "")
    return blocks(texts)


def versions(paper: Paper, changes: Sequence[VersionChange], corrections: Sequence[Correction]) -> str:
    """What changed from version to version, and what authors have corrected."""
    texts = [f"# Versions of {escaped(paper.plain_title)}", f"Paper: {address(absolute(paper.path))}"]
    texts += map(_change, changes) if changes else [f"The site has had no other version than version {paper.version}."]
    texts += ["## Corrections by authors", "\n".join(map(_correction, corrections))] if corrections else []
    return blocks(texts) + "\n"


def _change(change: VersionChange) -> str:
    about = f"It replaced version {change.old.version} on {change.noticed_at:%Y-%m-%d}."
    changed = [f"### {name}\n\n{_marked(stretches)}" for name, stretches in change.stretches.items()]
    changed = changed or ["Title, abstract and authors stayed the same."]
    return blocks([f"## Version {change.new.version}", about, *changed])


def _marked(stretches: Sequence[Stretch]) -> str:
    """The text with ~~what was removed~~ and **what was added**."""
    words = ((_MARKS[kind], line(text)) for kind, text in stretches)
    return " ".join(f"{mark}{text}{mark}" for mark, text in words if text)


def _correction(correction: Correction) -> str:
    actor = correction.actor or "a deleted account"
    described = "\n".join(_corrected(**change) for change in correction.described)
    return item(f"{correction.created_at:%Y-%m-%d}, {line(str(actor))}\n\n{described}")


def _corrected(label: str, old: str, new: str) -> str:
    former = f"~~{line(old)}~~ " if old.strip() else ""
    return item(f"{label}: {former}{f'**{line(new)}**' if new.strip() else 'removed'}")
