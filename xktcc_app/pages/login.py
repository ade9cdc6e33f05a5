"""The way in, ``/login``: a plain form, so that it works before any script does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.controls import notice, plain_form
from xktcc_app.components.entry import entry_frame, field, secret_field, submit
from xktcc_app.components.text import t, word
from xktcc_app.state.session import LoginState

_FAILURES = ("wrong", "throttled", "locked")


def _retry() -> rx.Component:
    # The script counts down and owns the text.
    attrs = {"data-wait-s": LoginState.retry_after_s, "suppressHydrationWarning": True}
    seconds = rx.el.span(key=LoginState.retry_after_s, class_name="num", custom_attrs=attrs)
    return rx.cond(
        LoginState.retry_after_s > 0, rx.el.span(rx.el.br(), t("login.retry_1"), seconds, t("login.retry_2"))
    )


def _other() -> rx.Component:
    where = t("login.other", at=LoginState.other_at, address=LoginState.other_address)
    told = rx.el.span(rx.el.br(), where, rx.el.span(t("login.other_advice"), class_name="x"))
    return rx.cond(LoginState.notice == "pushed_out", told)


def _notice() -> rx.Component:
    # Whatever else may stop a login (the database is busy) is told in the words for errors.
    known, other = word("notice", LoginState.notice), word("error", LoginState.notice, default="unknown")
    words = rx.el.b(expression(f"({known} || {other})", known, other))
    failed = notice(words, _retry(), kind="d", name="warn", role="alert")
    plain = notice(words, kind="a", role="status")
    pushed = notice(words, _other(), kind="w", role="alert")
    box: Any = rx.match(
        LoginState.notice,
        *((code, failed) for code in _FAILURES),
        ("logged_out", plain),
        pushed,
    )
    return rx.el.div(
        rx.cond(LoginState.notice != "", box), class_name="lg-n", custom_attrs={"data-testid": "login-notice"}
    )


def login_form() -> rx.Component:
    """Account and password, and why one is here."""
    return plain_form(
        _notice(),
        rx.el.h1(t("login.title")),
        field(
            "login.account", "user", name="account", id="account", auto_complete="username", auto_capitalize="none", max_length=64,
            placeholder=t("login.account_hint"), default_value=LoginState.account, key=LoginState.account, auto_focus=True,
        ),
        rx.cond(LoginState.account != "", rx.el.span(hidden=True, custom_attrs={"data-focus": "password"})),
        secret_field("login.password", "password", "current-password", placeholder=t("login.password_hint"), max_length=256),
        submit("login.go"),
        rx.el.p(t("login.rule"), class_name="lg-rule"),
        action="/login",
        class_name="lg-box",
    )  # fmt: skip


def login_page(hotline: str, answer_within_s: int) -> Callable[[], rx.Component]:
    """The page, with what it tells in public."""

    def page() -> rx.Component:
        return entry_frame(login_form(), hotline, answer_within_s)

    return page
