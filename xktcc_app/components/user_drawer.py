"""The drawer of a user: account and roles, phone, and what is done at one click."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.admin_form import (
    done,
    failed,
    fault_of,
    text_field,
)
from xktcc_app.components.browser import expression
from xktcc_app.components.controls import asking
from xktcc_app.components.drawer import close_button, drawer, section
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.i18n.catalogue import family
from xktcc_app.state.session import SessionState
from xktcc_app.state.user_edit import UserEditState

_S: Any = UserEditState
_USER: Any = UserEditState.user


def _is_new() -> Any:
    return _USER["id"].to(int) == 0


def role_name(code: Any, name: Any) -> Any:
    """A role's name: the program's own ones in the visitor's language, as long as nobody renamed them."""
    return expression(f"(({name}) || ({code}))", name, code)


def _role(role: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=rx.Var.create("role:") + role["code"].to(str),
            default_checked=role["held"].to(bool),
        ),
        role_name(role["code"], role["name"]),
        rx.el.span(word("scope", role["scope"]), class_name="mut small"),
        class_name="ck",
        key=role["code"].to(str),
    )


def _roles() -> rx.Component:
    wrong = fault_of(_S.faults, "roles")
    return rx.el.fieldset(
        rx.el.legend(t("user.roles")),
        rx.el.div(rx.foreach(_S.roles, _role), class_name="af-ticks"),
        rx.cond(wrong != "", rx.el.span(word("fault", wrong, default="bad_value"), class_name="fault", role="alert")),
        class_name="af",
    )


def _form() -> rx.Component:
    # thousands of organizations are too many to choose from unless what is typed picks some
    orgs = rx.el.datalist(rx.foreach(_S.orgs, lambda path: rx.el.option(value=path, key=path)), id="org-choices")
    return rx.el.form(
        text_field(
            "user.account", "account", _USER["account"], _S.faults, hint="user.account_hint", max_length=64, read_only=~_is_new()
        ),
        text_field("user.name", "name", _USER["name"], _S.faults, max_length=64),
        text_field(
            "user.org", "org_id", _USER["org_path"], _S.faults, hint="user.org_hint", list="org-choices",
            placeholder=t("user.no_org"), on_change=UserEditState.find_org.debounce(150), max_length=400,
        ),
        orgs,
        text_field(
            "user.agent", "agent_number", _USER["agent_number"], _S.faults, hint="user.agent_hint", max_length=20
        ),
        _roles(),
        rx.cond(
            may("users.manage"),
            rx.el.div(
                rx.el.button(t("save"), type="submit", class_name="btn btn-p", disabled=_S.busy),
                class_name="af-go",
            ),
        ),
        on_submit=UserEditState.save,
        key=expression(f"`${{{_USER}.id}} ${{{_USER}.version}}`", _USER),
        class_name="af-grid",
    )  # fmt: skip


def _phone() -> rx.Component:
    token_hint = rx.cond(_USER["has_token"].to(bool), t("user.token_kept"), t("user.token_none"))
    form = rx.el.form(
        text_field("user.phone_id", "phone_id", _USER["phone_id"], _S.faults, max_length=64),
        text_field(
            "user.token", "token", "", _S.faults, type="password", placeholder=token_hint, auto_complete="new-password", max_length=128
        ),
        rx.el.div(
            rx.el.button(t("user.test"), type="button", class_name="btn", on_click=UserEditState.test_phone, disabled=_S.busy),
            rx.el.button(t("user.give_phone"), type="submit", class_name="btn btn-p", disabled=_S.busy),
            class_name="af-go",
        ),
        on_submit=UserEditState.save_phone,
        key=expression(f"`${{{_USER}.id}} ${{{_USER}.version}}`", _USER),
        class_name="af-grid",
    )  # fmt: skip
    state = rx.el.p(icon("headset", "i-14"), word("phone_state", _USER["phone"]), class_name="row sec small")
    accepted = (_S.verdict == "accepted") | (_S.verdict == "phone_not_registered")
    look = rx.cond(accepted, "notice notice-a", "notice notice-d")
    problems = [(code, t(f"phone.problem.{code}")) for code in family("phone.problem")["zh"]]
    words = rx.match(_S.verdict, ("accepted", t("phone.accepted")), *problems, t("phone.refused"))
    verdict = rx.el.p(words, class_name=look, role="status")
    return section("user.phone", state, form, rx.cond(_S.verdict != "", verdict))


def _deed(deed: str, permission: str, shown: Any, *, grave: bool = False) -> rx.Component:
    look = "btn btn-do" if grave else "btn"
    button = asking(
        f"ask-{deed}", f"deed.{deed}", deed, _USER["name"].to(str), UserEditState.act(deed), look=look, disabled=_S.busy
    )
    return rx.cond(may(permission) & shown, button)


def _deeds() -> rx.Component:
    own = _USER["account"].to(str) == SessionState.account
    active = _USER["active"].to(str) == "yes"
    enable = rx.el.button(
        t("deed.enable"), type="button", class_name="btn", on_click=UserEditState.act("enable"), disabled=_S.busy
    )
    return section(
        "user.deeds",
        rx.el.div(
            _deed("reset", "users.reset_password", ~own),
            _deed("force_out", "sessions.end", _USER["online"].to(str) != ""),
            _deed("disable", "users.manage", active & ~own, grave=True),
            rx.cond(may("users.manage") & ~active, enable),
            class_name="row wrap",
        ),
    )


def _password() -> rx.Component:
    told = rx.el.div(
        rx.el.span(t("user.password_once")),
        rx.el.code(_S.password, class_name="secret", custom_attrs={"data-testid": "temporary-password"}),
        class_name="notice notice-w",
        role="status",
    )
    return rx.cond(_S.password != "", told)


def user_drawer() -> rx.Component:
    """One user, over the list."""
    title = rx.cond(_is_new(), t("user.new"), _USER["name"].to(str))
    state = rx.cond(_USER["active"].to(str) == "no", rx.el.span(t("user.disabled"), class_name="tag"))
    online = rx.cond(
        _USER["online"].to(str) != "", rx.el.span(t("user.online_since", at=_USER["online"]), class_name="mut small")
    )
    head = rx.el.div(
        rx.el.div(
            rx.el.div(rx.el.h2(title), rx.el.span(_USER["account"].to(str), class_name="mut"), state, online, class_name="drawer-n"),
            class_name="drawer-t",
        ),
        rx.el.span(class_name="sp"),
        close_button(UserEditState.close),
        class_name="drawer-h",
    )  # fmt: skip
    rest = rx.cond(_is_new(), rx.fragment(), rx.fragment(rx.cond(may("users.phone"), _phone()), _deeds()))
    body = rx.el.div(failed(_S.error_code), _password(), done(_S.said), _form(), rest, class_name="drawer-b")
    return drawer(head, body, ident="user-drawer", shown=_S.shown, close=UserEditState.close, label=title)
