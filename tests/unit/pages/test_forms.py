"""The plain forms: what they hold must never get into an address, and must go without scripts."""

import pytest
from reflex_components_core.el.elements.forms import Form

from xktcc_app.components.layout import layout
from xktcc_app.pages.login import login_page
from xktcc_app.pages.password import password_page


def _forms(component):
    found = [component] if isinstance(component, Form) else []
    return found + [form for child in component.children for form in _forms(child)]


def _plain(page):
    return [form for form in _forms(page) if form.action is not None]


@pytest.mark.parametrize(
    ("page", "actions"),
    [
        (login_page("96000", 15)(), {"/login"}),
        (password_page("96000", 15)(), {"/password"}),
        (layout(route="/seats"), {"/logout"}),
    ],
    ids=["login", "password", "logout"],
)
def test_forms_are_posted_by_the_browser_itself(page, actions):
    forms = _plain(page)
    assert {str(form.action).strip('"') for form in forms} == actions
    assert all(str(form.method).strip('"').lower() == "post" for form in forms)
    assert not any("on_submit" in form.event_triggers for form in forms)
