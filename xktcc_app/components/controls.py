"""Small parts that every page uses: clocks, menus, dialogs, notices, messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex_base.constants import EventTriggers
from reflex_components_core.core.banner import has_connection_errors
from reflex_components_core.react_router.dom import ReactRouterLink

from xktcc_app.components.browser import expression, ui
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.state.session import PulseState


def link_down() -> rx.vars.BooleanVar:
    """Whether this page can't hear the server: what it shows may be old."""
    online, beating = ui("online"), ui("beating")
    return expression(
        f"({has_connection_errors} || !{online} || !{beating})", has_connection_errors, online, beating, kind=bool
    )


def page_link(*children: Any, to: str, **props: Any) -> rx.Component:
    """A link to another page of the app, without loading it anew."""
    return ReactRouterLink.create(*children, to=to, **props)


def file_link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A link that saves a file. Without ``reloadDocument`` the page's router would look for a page at its address."""
    attrs = {"download": "", "reloadDocument": True, **props.pop("custom_attrs", {})}
    return rx.el.a(*children, href=href, custom_attrs=attrs, **props)


def since(ms: rx.Var[Any] | int, class_name: rx.Var[str] | str = "", **attrs: Any) -> rx.Component:
    """The time that has passed since ``ms`` (UTC milliseconds; 0: none), ticking every second. The page's timer owns the text."""
    return _clock({"data-since-ms": ms, **attrs}, class_name)


def until(ms: rx.Var[Any], class_name: str = "") -> rx.Component:
    """The time left until ``ms`` (UTC milliseconds), ticking every second."""
    return _clock({"data-until-ms": ms}, class_name)


def time_of_day(ms: Any, *, minutes: bool = False, dated: bool = False) -> rx.Component:
    """``ms`` (UTC milliseconds, or ``now``) as a time of day in the centre's zone; ``dated``: with its date when not today's."""
    flags = {name: "" for name, wanted in (("data-minutes", minutes), ("data-dated", dated)) if wanted}
    return _clock({"data-clock-ms": ms, **flags}, "")


def _clock(attrs: dict[str, Any], class_name: rx.Var[str] | str) -> rx.Component:
    return rx.el.time(class_name=class_name, custom_attrs={"suppressHydrationWarning": True, **attrs})


def menu(button: rx.Component, *entries: rx.Component, ident: str, class_name: str = "") -> rx.Component:
    """A button (which must say ``aria-haspopup`` and ``aria-controls``, see ``menu_button``) and the menu under it."""
    return rx.el.div(
        button,
        rx.el.div(*entries, id=ident, role="menu", class_name=f"menu {class_name}".strip()),
        class_name="has-menu",
    )


def menu_button(*children: Any, controls: str, **props: Any) -> rx.Component:
    """The button that opens the menu ``controls``."""
    attrs = {
        "aria-haspopup": "menu",
        "aria-controls": controls,
        "aria-expanded": "false",
        **props.pop("custom_attrs", {}),
    }
    return rx.el.button(*children, type="button", custom_attrs=attrs, **props)


def menu_item(*children: Any, **props: Any) -> rx.Component:
    """One entry of a menu."""
    kind = props.pop("type", "button")
    return rx.el.button(*children, type=kind, role=props.pop("role", "menuitem"), class_name="menu-i", **props)


def dialog(*children: Any, ident: str, class_name: str = "dialog", **props: Any) -> rx.Component:
    """A modal dialog, opened by ``data-open`` or by a script; ``data-close`` inside closes it."""
    return rx.el.dialog(*children, id=ident, class_name=class_name, **props)


def question(ident: Any, title: Any, text: Any, go: rx.Component) -> rx.Component:
    """Asks before something is done that can't be taken back; ``go`` is the button that does it."""
    cancel = rx.el.button(
        t("cancel"), type="button", class_name="btn", auto_focus=True, custom_attrs={"data-close": ""}
    )
    return dialog(
        rx.el.div(rx.el.h2(title), rx.el.p(text), rx.el.div(cancel, go, class_name="dialog-f"), class_name="dialog-b"),
        ident=ident,
        role="alertdialog",
        aria_label=title,
    )


def asking(  # noqa: PLR0913 -- each is another thing to be said
    ident: Any,
    text: str,
    deed: str,
    name: Any,
    handler: Any,
    *,
    look: str = "btn btn-do",
    attrs: Mapping[str, Any] | None = None,
    **props: Any,
) -> rx.Component:
    """A button ``text`` that asks ``question.<deed>`` about ``name``, and then calls ``handler``."""
    go = rx.el.button(
        t(text),
        type="button",
        class_name="btn btn-d",
        on_click=handler,
        custom_attrs={"data-close": "", "data-sure": ""},
    )
    opens = rx.el.button(
        t(text), type="button", class_name=look, custom_attrs={**(attrs or {}), "data-open": ident}, **props
    )
    return rx.fragment(opens, question(ident, t(f"question.{deed}", name=name), t(f"question_text.{deed}"), go))


def notice(*children: Any, kind: str = "", name: str = "info", **props: Any) -> rx.Component:
    """A box that says something: ``kind`` w (attention), d (danger), a (accent) or nothing."""
    box = f"notice notice-{kind}" if kind else "notice"
    return rx.el.div(icon(name), rx.el.span(*children), class_name=box, **props)


def failure(code: Any) -> Any:
    """The last command's error in words; it fades by itself. ``code`` empty: nothing. A second word is a number for the log."""
    kind = expression(f"{code}.split(' ')[0]", code)
    number = expression(f"({code}.split(' ')[1] ?? '')", code)
    text = rx.fragment(word("error", kind, default="unknown"), rx.el.b(number, class_name="num"))
    return rx.cond(code != "", rx.el.div(icon("warn"), rx.el.span(text), key=code, class_name="toast", role="alert"))


def messages(*codes: Any) -> rx.Component:
    """Where errors and the loss of the connection are told, above the page."""
    lost = rx.el.div(
        icon("al-device_offline"), rx.el.span(t("link.down_long")), class_name="toast toast-stay", role="status"
    )
    return rx.el.div(rx.cond(link_down(), lost), *(failure(code) for code in codes), class_name="toasts")


def blank(name: str, title: rx.Var[str], *children: Any) -> rx.Component:
    """A page or panel that has nothing to show, and what can be done about it."""
    return rx.el.div(icon(name, "i-40"), rx.el.h2(title), *children, class_name="blank")


def plain_form(*children: Any, action: str, **props: Any) -> rx.Component:
    """A form that the browser itself posts to ``action``, with or without scripts.

    Reflex's own form element stops every submission, even when no handler is given.
    """
    form = rx.el.form(*children, action=action, method="post", **props)
    form.event_triggers.pop(EventTriggers.ON_SUBMIT, None)
    return form


def pulse() -> rx.Component:
    """The server's clock, once a second: it sets the page's clocks, and its silence tells that the line is lost."""
    return rx.el.span(
        class_name="sr", aria_hidden="true", custom_attrs={"data-now-ms": PulseState.now_ms, "data-pulse": ""}
    )
