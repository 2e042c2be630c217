"""No template writes markup into a tag, an attribute or a title: what is safe as text of a page is not safe there."""

import re
from urllib.parse import quote

import pytest
from django.template import engines
from django.template.base import Template, TextNode, VariableNode
from django.template.defaulttags import AutoEscapeControlNode, FilterNode, IfNode
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from lxml.html import document_fromstring

from lib.templatetags.house import KeptNode
from papers.models import Affiliation, Collection, Item, OrganisationFollow, State
from tests.factories import OrganisationFactory, PaperFactory, UserFactory
from tests.test_house_rules import ROOT, TEMPLATES

# What these make of plain text is plain text, which the template escapes.
PLAIN = {
    *("bare_url", "compact", "date", "default", "floatformat", "intcomma", "iso_date", "length", "long_date"),
    *(
        "capfirst",
        "lower",
        "markdown_text",
        "plain",
        "pluralize",
        "sentence_case",
        "slice",
        "slugify",
        "small",
        "truncatechars",
        "unbroken",
        "urlencode",
        "yesno",
    ),
}
ENDS = {  # a state of an HTML tokenizer → what ends it, named for the next state
    "text": re.compile(r"<(?P<title>title>)|<(?P<tag>[a-zA-Z]|$)"),
    "title": re.compile(r"(?P<text></title>)"),
    "tag": re.compile(r"(?P<double>\")|(?P<single>')|(?P<text>>)"),
    "double": re.compile(r"(?P<tag>\")"),
    "single": re.compile(r"(?P<tag>')"),
}


def after(state: str, html: str) -> str:
    while end := ENDS[state].search(html):
        html, state = html[end.end() :], end.lastgroup
    return state


class Walk:
    """Reads templates in the order of their text. `wrong` is what could write markup elsewhere than into text."""

    def __init__(self):
        self.blocks = {}  # the name of a block → the state in which a parent template has it
        self.wrong = set()

    def read(self, nodes, state: str = "text") -> str:
        for node in nodes:
            state = self.read_node(node, state)
        return state

    def read_node(self, node, state: str) -> str:
        if isinstance(node, TextNode):
            return after(state, node.s)
        if isinstance(node, VariableNode):
            filters = {function._filter_name for function, _ in node.filter_expression.filters}
            self.note(node, state != "text" and filters - PLAIN)
        elif isinstance(node, ExtendsNode):
            for block in (child for child in node.nodelist if isinstance(child, BlockNode)):
                self.read_node(block, self.blocks.get(block.name, "text"))
            return state
        elif isinstance(node, BlockNode):
            self.blocks[node.name] = state
        is_own = "django/forms/widgets/attrs.html" not in node.token.contents
        self.note(node, isinstance(node, IncludeNode) and is_own and state != "text")
        is_plain = node.token.contents == "filter sentence_case"
        self.note(node, isinstance(node, AutoEscapeControlNode | FilterNode) and not is_plain)
        ends = {self.read(nodes, state) for nodes in branches(node)} - {state}
        return ends.pop() if ends else state

    def note(self, node, is_wrong) -> None:
        if is_wrong:
            self.wrong.add(f"{node.origin.template_name}: {node.token.contents}")


def branches(node) -> list:
    if isinstance(node, IfNode):
        return [nodes for _, nodes in node.conditions_nodelists]
    if isinstance(node, KeptNode):
        return [node.contents]
    return [getattr(node, name) for name in node.child_nodelists if hasattr(node, name)]


def misplaced(*templates: Template) -> set[str]:
    walk = Walk()
    for _ in range(2):  # once to learn where the blocks are
        for template in templates:
            walk.read(template.nodelist)
    return walk.wrong


def test_no_template_writes_markup_into_an_attribute():
    names = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
    assert misplaced(*(engines["django"].get_template(name).template for name in names)) == set()


@pytest.mark.parametrize(
    "source",
    [
        '<meta content="{{ a|markdown|striptags }}">',
        "<i title='{% if b %}x{% else %}{{ a|typeset }}{% endif %}'>",
        "<title>{{ a|safe }}</title>",
        "<i {{ a|safe }}>",
        '<p>{{ a }}</p><{% if b %}a href="{{ a|safe }}"{% else %}b{% endif %}>',
        '{% extends "base.html" %}{% block description %}{{ a|markdown_line }}{% endblock %}',
        '{% extends "base.html" %}{% block title %}{% with b=a %}{{ b|linebreaks }}{% endwith %}{% endblock %}',
        '<i title="{% include "404.html" %}">',
        "{% autoescape off %}{{ a }}{% endautoescape %}",
    ],
)
def test_markup_in_an_attribute_is_found(source):
    base = engines["django"].get_template("base.html").template
    assert len(misplaced(base, Template(source))) == 1


ATTACK = (
    "0;url=https://evil.example\" http-equiv=\"refresh\" data-evil='1' title='<evil>&quot; &lt;evil&gt; "
    '[a link](https://example.org "data-evil=2")'
)
PAGES = [
    *("/papers", "/papers/2509.08721", "/papers/2509.08721/similar", "/papers?q=refresh", "/collections"),
    *("/collections/hush", "/embed/collections/hush", "/orgs/lab", "/orgs/lab/insights", "/people/mallory"),
    *(f"/papers?author={quote(ATTACK)}", f"/papers?topic={quote(ATTACK)}", f"/papers?q={quote(ATTACK)}"),
    "/about/embed?list=/orgs/lab",
]
OF_MALLORY = [
    *("/papers/2509.08721/collections", "/collections/hush/arrange", "/collections/hush/edit", "/settings/profile"),
    *("/papers/following/manage", "/feeds", "/subscribe?list=/orgs/lab&preview=1&email=mallory@example.org"),
]


def test_what_people_write_never_becomes_an_element_or_an_attribute(db, stranger, signed_in):
    mallory = UserFactory(username="mallory", name=ATTACK[:80], about=ATTACK)
    lab = OrganisationFactory(slug="lab", name=ATTACK[:80], description=ATTACK, announcement=ATTACK)
    paper = PaperFactory(arxiv_id="2509.08721", title=ATTACK, abstract=ATTACK, authors=[ATTACK], submitted_by=mallory)
    Affiliation.objects.create(paper=paper, organisation=lab, state=State.ACCEPTED)
    OrganisationFollow.objects.make(mallory, lab)
    hush = Collection.objects.create(
        key="hush", name=ATTACK[:80], description=ATTACK, user=mallory, visibility="public"
    )
    Item.objects.add(mallory, hush, [paper.pk])
    Item.objects.write_note(mallory, hush, paper.pk, ATTACK, "")
    for reader, paths in ((stranger, PAGES), (signed_in(mallory), PAGES + OF_MALLORY)):
        for path in paths:
            page = reader.get(path)
            assert "evil.example" in page.content.decode(), path
            tree = document_fromstring(page.content)
            assert tree.xpath("//evil | //*[@data-evil] | //*[@http-equiv]") == [], path
