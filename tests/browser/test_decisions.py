"""Every decision of moderators, by Tab, Space and Enter alone, in a browser without JavaScript."""

import pytest
from playwright.sync_api import expect

from moderation.decisions import DECISIONS
from moderation.models import Action, Case
from tests.browser.test_moderation import press, to
from tests.factories import UserFactory, appoint
from tests.moderation.conftest import open_case, other_paper, subjects

PAIRS = [(decision.key, kind) for decision in DECISIONS.values() for kind in decision.kinds]
FIELDS = {"relink": ["code_url"], "merge": ["into"]}
VALUES = {"code_url": "https://example.org/code", "into": "2509.00002"}


@pytest.mark.parametrize("kind", sorted({kind for _, kind in PAIRS}))
def test_each_decision_is_done_and_undone_by_keys_alone(visit, transactional_db, kind):
    author, flagger = UserFactory(name="Arthur Author", about="About me"), UserFactory()
    other_paper()
    row = subjects(author)[kind]
    page = visit("/papers", user=appoint(UserFactory(name="Mo Moss")), javascript=False)
    for key in [decision for decision, of in PAIRS if of == kind]:
        cases = Case.objects.open().filter(question__in=DECISIONS[key].questions)
        if key == "withdraw" or not cases.exists():
            open_case(flagger, row, key)
        page.goto(f"/moderation/{kind}/{row.pk}")
        form = page.locator("details", has=page.locator(f'form[action$="/{key}"]'))
        press(page, form.locator("summary"))
        for field in FIELDS.get(key, []):
            to(page, form.locator(f"[name={field}]"))
            page.keyboard.type(VALUES[field])
        to(page, form.locator("[name=reason]"))
        page.keyboard.type(f"Because of {key}.")
        press(page, form.get_by_role("button"))
        expect(page.get_by_role("heading", name="Open cases")).to_be_visible()
        action = Action.objects.latest("pk")
        assert (action.decision, action.reason) == (key, f"Because of {key}.")
        page.goto(f"/moderation/{kind}/{row.pk}")
        undo = page.locator("details", has=page.locator(f'form[action$="/{action.pk}/undo"]'))
        press(page, undo.locator("summary"))
        to(page, undo.locator("[name=reason]"))
        page.keyboard.type("I was wrong.")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Undone by Mo Moss").first).to_be_visible()
        action.refresh_from_db()
        assert action.undone_reason == "I was wrong."
