"""``/`` leads to the first page that the account may open; and the page for addresses that lead nowhere."""

from __future__ import annotations

import reflex as rx

from xktcc_app.components.controls import page_link
from xktcc_app.components.icons import sprite
from xktcc_app.components.layout import MENU, blank_page, first_page, layout
from xktcc_app.components.text import t


def home_page() -> rx.Component:
    """The way on; a word for accounts that have nowhere to go."""
    found: rx.Component = rx.el.p(t("desk.no_wall"), class_name="blank")
    first = first_page()
    for entry in (entry for _, entries in MENU for entry in entries):
        # A key of its own: only a newly mounted element leads on.
        on = rx.el.div(on_mount=rx.redirect(entry.route, replace=True), key=entry.route)
        found = rx.cond(first == entry.route, on, found)
    return layout(found, route="/")


def lost_page() -> rx.Component:
    """There is no such page."""
    home = page_link(t("lost.home"), to="/", class_name="btn btn-p")
    return rx.el.main(sprite(), blank_page("lost", "lost.title", "lost.text", home))
