"""The change of one's own password, ``/password``: by choice, or demanded after the first login and after a reset."""

from __future__ import annotations

from collections.abc import Callable

import reflex as rx

from xktcc_app.components.controls import notice, page_link, plain_form
from xktcc_app.components.entry import entry_frame, secret_field, submit
from xktcc_app.components.text import t, word
from xktcc_app.state.session import PasswordState


def _words() -> rx.Var[str]:
    return word("error", PasswordState.error_code, default="unknown")


def _wrong(field: str) -> rx.Var[str]:
    return rx.cond(PasswordState.error_field == field, _words(), "").to(str)


def _notice() -> rx.Component:
    wrong = notice(rx.el.b(_words()), kind="d", name="warn", role="alert")
    demanded = notice(t("password.forced"), kind="w", role="status")
    return rx.el.div(
        rx.cond(
            (PasswordState.error_code != "") & (PasswordState.error_field == ""),
            wrong,
            rx.cond(PasswordState.forced, demanded),
        ),
        class_name="lg-n",
        custom_attrs={"data-testid": "password-notice"},
    )


def password_form() -> rx.Component:
    """Old password, new password twice; the server checks them all."""
    return plain_form(
        _notice(),
        rx.el.h1(t("page.password")),
        secret_field("password.old", "old", "current-password", auto_focus=True, wrong=_wrong("old")),
        secret_field("password.new", "new", "new-password", min_length=10, max_length=128, wrong=_wrong("new")),
        secret_field(
            "password.again", "again", "new-password", max_length=128, wrong=_wrong("again"),
            custom_attrs={"data-same-as": "new", "data-differs": t("error.password_mismatch")},
        ),
        submit("password.go"),
        rx.cond(PasswordState.forced, rx.fragment(), page_link(t("cancel"), to="/", class_name="btn lg-go")),
        rx.el.p(t("password.rule"), class_name="lg-rule"),
        action="/password",
        class_name="lg-box",
    )  # fmt: skip


def password_page(hotline: str, answer_within_s: int) -> Callable[[], rx.Component]:
    """The page, with what it tells in public."""

    def page() -> rx.Component:
        return entry_frame(password_form(), hotline, answer_within_s)

    return page
