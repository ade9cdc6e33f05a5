"""The shell around every page: menu, top bar, breadcrumb, messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import does, expression, sets
from xktcc_app.components.call_panel import call_panel, call_watch
from xktcc_app.components.call_toolbar import call_toolbar
from xktcc_app.components.controls import (
    dialog,
    link_down,
    menu,
    menu_button,
    menu_item,
    messages,
    page_link,
    plain_form,
    pulse,
)
from xktcc_app.components.desk_help import desk_help
from xktcc_app.components.elder_drawer import elder_drawer
from xktcc_app.components.export_jobs import export_jobs
from xktcc_app.components.icons import icon, logo, sprite
from xktcc_app.components.text import language, t, word
from xktcc_app.components.wall_vars import ERROR_CODE, STALE
from xktcc_app.i18n.catalogue import LANGUAGES
from xktcc_app.state.call_detail import CallDetailState
from xktcc_app.state.call_work import CallWorkState
from xktcc_app.state.catalogue import CatalogueFormState
from xktcc_app.state.dialling import DialState
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState
from xktcc_app.state.order_detail import OrderDetailState
from xktcc_app.state.order_form import OrderFormState
from xktcc_app.state.session import SessionState
from xktcc_app.state.toolbar import ToolbarState


@dataclass(frozen=True)
class Entry:
    """A page in the menu: its catalogue key, its route, its icon and the permission that opens it.

    ``own_seat``: of no use to an account without a seat of its own, so not in its menu.
    """

    text: str
    route: str
    icon: str
    permission: str
    own_seat: bool = False


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "menu.base",
        (
            Entry("page.elders", "/elders", "users", "elders.view"),
            Entry("page.orders", "/orders", "file", "orders.view"),
            Entry("page.calls", "/calls", "log", "calls.view"),
            Entry("page.callbacks", "/callbacks", "al-long_wait", "calls.view"),
            Entry("page.seats", "/seats", "monitor", "seats.view"),
            Entry("page.providers", "/providers", "headset", "catalogue.manage"),
            Entry("page.items", "/service-items", "list", "catalogue.manage"),
        ),
    ),
    (
        "menu.system",
        (
            Entry("page.users", "/users", "user", "users.view"),
            Entry("page.roles", "/roles", "shield", "roles.view"),
            Entry("page.resources", "/resources", "tree", "resources.view"),
            Entry("page.organizations", "/organizations", "org", "organizations.view"),
            Entry("page.audit", "/audit", "list", "audit.view"),
            Entry("page.sessions", "/sessions", "users", "sessions.view"),
        ),
    ),
    ("menu.stats", (Entry("page.reports", "/reports", "chart", "reports.view"),)),
    ("menu.work", (Entry("page.desk", "/desk", "headset", "toolbar.use", own_seat=True),)),
)
"""Groups in their order; a group of which nothing may be opened is not shown."""


def _written() -> str:
    """The menu for the page's script, which orders and names it as the tree of resources says."""
    zh, en = LANGUAGES["zh"], LANGUAGES["en"]

    def words(key: str) -> dict[str, str]:
        return {"zh": zh[key], "en": en[key]}

    groups = [
        {
            "code": text.replace("menu.", "group."),
            **words(text),
            "entries": [
                {
                    **words(entry.text),
                    "route": entry.route,
                    "icon": entry.icon,
                    "permission": entry.permission,
                    "ownSeat": entry.own_seat,
                }
                for entry in entries
            ],
        }
        for text, entries in MENU
    ]
    return json.dumps(groups, ensure_ascii=False)


def _link(entry: Any, current: str) -> rx.Component:
    here = rx.cond(entry["route"].to(str) == current, "page", "false")
    name = entry["name"].to(str)
    return page_link(
        icon(entry["icon"].to(str)),
        rx.el.span(name),
        to=entry["route"].to(str),
        title=name,
        key=entry["route"].to(str),
        custom_attrs={"aria-current": here},
    )


def _group(group: Any, current: str) -> rx.Component:
    links = rx.foreach(group["entries"].to(list[dict[str, Any]]), lambda entry: _link(entry, current))
    return rx.el.div(rx.el.h2(group["name"].to(str), class_name="nav-h"), links, key=group["code"].to(str))


def _of_menu(function: str, *more: Any, kind: type) -> Any:
    """What the script's ``function`` makes of the menu, its tree and the account's rights."""
    account = (rx.Var.create(SessionState.menu), rx.Var.create(SessionState.perms), rx.Var.create(SessionState.agent))
    parts = (*account, *more)
    js = f"{function}({', '.join((_written(), *map(str, parts)))})"
    return expression(js, *parts, kind=kind, uses=(function,))


def first_page() -> Any:
    """The route of the first page that the account may open, in the administrators' order; "" for none."""
    return _of_menu("firstPage", kind=str)


def _navigation(current: str) -> rx.Component:
    groups = _of_menu("menuOf", language(), kind=list[dict[str, Any]])
    return rx.el.nav(
        rx.foreach(groups, lambda group: _group(group, current)), class_name="nav", aria_label=t("menu.main")
    )


def _brand() -> rx.Component:
    return rx.el.div(logo(), rx.el.span(t("brand")), class_name="brand")


def _pbx() -> rx.Component:
    down = STALE | ToolbarState.stale
    words = rx.cond(link_down(), t("link.down"), rx.cond(down, t("pbx.down"), t("pbx.up")))
    lost = link_down() | down
    picture = rx.cond(lost, icon("al-device_offline", "i-14"), icon("st-ready", "i-14"))
    attrs = {"data-up": rx.cond(lost, "false", "true")}
    return rx.el.div(picture, rx.el.span(words), title=words, class_name="side-foot", role="status", custom_attrs=attrs)


def language_switch(text: str = "lang.switch") -> rx.Component:
    """Changes the language at once and for later visits."""
    other = expression(f'({language()} === "en" ? "zh" : "en")', language())
    return rx.el.button(
        t(text), type="button", title=t("lang.title"), class_name="btn btn-t btn-sm lang", on_click=sets("lang", other)
    )


def theme_switch(*, words: bool = False) -> rx.Component:
    """Changes between light and dark for later visits too; before the first click the system decides."""
    label = (
        [rx.el.span(t("theme.dark"), class_name="moon"), rx.el.span(t("theme.light"), class_name="sun")]
        if words
        else []
    )
    return rx.el.button(
        icon("moon", "moon"),
        icon("sun", "sun"),
        *label,
        type="button",
        title=t("theme.title"),
        aria_label=t("theme.title"),
        on_click=rx.toggle_color_mode,
        class_name=f"btn btn-t theme {'btn-sm' if words else 'btn-ico'}",
    )


def _logout(text: str, everywhere: str) -> rx.Component:
    return plain_form(
        rx.el.input(type="hidden", name="everywhere", value=everywhere),
        menu_item(icon("logout"), t(text), type="submit"),
        action="/logout",
        class_name=f"logout-{everywhere}",
    )


def _account() -> rx.Component:
    role = word("role", SessionState.role)
    initial = expression(f"(Array.from({SessionState.name})[0] ?? '')", SessionState.name)
    button = menu_button(
        rx.el.span(initial, class_name="ava", aria_hidden="true"),
        rx.el.span(SessionState.name, rx.el.span(" · ", role, class_name="mut")),
        icon("down", "i-12"),
        controls="account-menu",
        class_name="who",
        aria_label=t("account.menu"),
    )
    return menu(
        button,
        rx.el.div(rx.el.b(SessionState.name), SessionState.account, " · ", role, class_name="menu-h"),
        page_link(icon("lock"), t("account.password"), to="/password", role="menuitem", class_name="menu-i"),
        _logout("account.logout", "0"),
        _logout("account.logout_all", "1"),
        ident="account-menu",
        class_name="menu-r",
    )


def _drawer(current: str) -> rx.Component:
    return dialog(
        _brand(), _navigation(current), _pbx(), ident="drawer", class_name="drawer", aria_label=t("menu.main"),
        on_click=does('if (e.target.closest("a")) e.currentTarget.close()'),
    )  # fmt: skip


def _top() -> rx.Component:
    burger = rx.el.button(
        icon("menu"), type="button", class_name="btn btn-t btn-ico burger", aria_label=t("menu"),
        custom_attrs={"data-open": "drawer"},
    )  # fmt: skip
    tools = rx.el.div(language_switch(), theme_switch(), _account(), class_name="top-util")
    return rx.el.header(burger, rx.el.b(t("brand"), class_name="mt"), call_toolbar(), tools, class_name="top")


def breadcrumb(*texts: str) -> rx.Component:
    """Where in the menu this page stands; the last of the catalogue keys is the page itself."""
    steps: list[rx.Component] = []
    for text in texts[:-1]:
        steps += [rx.el.span(t(text)), icon("right")]
    return rx.el.nav(*steps, rx.el.h1(t(texts[-1])), class_name="crumb", aria_label=t("crumb"))


def skeleton() -> rx.Component:
    """What stands where a page will be until the account is known."""
    lines = [
        rx.el.div(class_name="sk", custom_attrs={"style": {"height": height}})
        for height in ("32px", "68px", "40px", "60vh")
    ]
    return rx.el.div(*lines, rx.el.span(t("loading"), class_name="sr"), class_name="wall", role="status")


def denied() -> rx.Component:
    """Instead of a page that the account may not open."""
    home = page_link(t("lost.home"), to="/", class_name="btn")
    return blank_page("lock", "denied.title", "denied.text", home)


def blank_page(picture: str, title: str, text: str, *actions: rx.Component) -> rx.Component:
    """A page that consists of one message."""
    return rx.el.div(
        icon(picture, "i-40"), rx.el.h2(t(title)), rx.el.p(t(text), class_name="mut"), *actions, class_name="blank"
    )


def layout(*content: rx.Component, route: str, permission: str = "") -> rx.Component:
    """The page ``route`` in its shell. Without ``permission`` every logged-in account may see it."""
    shown = rx.fragment(*content)
    allowed = rx.cond(may(permission), shown, denied()) if permission else shown
    page = rx.el.main(rx.cond(SessionState.ready, allowed, skeleton()), class_name="page", id="content", tab_index=-1)
    return rx.el.div(
        sprite(),
        rx.el.a(t("skip"), href="#content", class_name="skip"),
        messages(
            ERROR_CODE,
            ToolbarState.error_code,
            ElderDetailState.error_code,
            OrderDetailState.error_code,
            OrderFormState.error_code,
            CallDetailState.error_code,
            ElderFormState.error_code,
            CallWorkState.error_code,
            DialState.error_code,
            CatalogueFormState.error_code,
        ),
        _drawer(route),
        rx.el.div(
            rx.el.aside(_brand(), _navigation(route), _pbx(), class_name="side"),
            rx.el.div(_top(), page, class_name="main"),
            class_name="app",
        ),
        call_watch(),
        desk_help(),
        rx.fragment() if route == "/desk" else call_panel(),
        elder_drawer(),
        export_jobs(),
        pulse(),
    )
