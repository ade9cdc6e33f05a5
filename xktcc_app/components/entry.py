"""The two-sided frame of the pages that stand before the app: log-in and the demanded change of password."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.icons import icon, logo, sprite
from xktcc_app.components.layout import language_switch, theme_switch
from xktcc_app.components.text import t

_ARCS = ((90, 0.5), (150, 0.4), (216, 0.32), (288, 0.25), (366, 0.18), (450, 0.12), (540, 0.08))


def _arcs() -> rx.Component:
    rings = "".join(f'<circle r="{r}" fill="none" stroke="currentColor" opacity="{faint}"/>' for r, faint in _ARCS)
    html = {"dangerouslySetInnerHTML": rx.Var.create({"__html": rings})}
    return rx.el.svg(view_box="-560 -560 1120 1120", class_name="arcs", aria_hidden="true", custom_attrs=html)


def _aside(hotline: str, answer_within_s: int) -> rx.Component:
    facts = (
        ("login.hotline", rx.Var.create(hotline)),
        ("login.duty", t("login.duty_value")),
        ("login.target", t("login.target_value", seconds=answer_within_s)),
    )
    return rx.el.aside(
        _arcs(),
        rx.el.div(logo(), t("brand"), class_name="lg-brand"),
        rx.el.div(
            rx.el.p(t("brand.motto_1"), rx.el.br(), t("brand.motto_2"), class_name="h"),
            rx.el.p(t("brand.for")),
            class_name="lg-t",
        ),
        rx.el.dl(*(rx.el.div(rx.el.dt(t(label)), rx.el.dd(value)) for label, value in facts), class_name="lg-f"),
        class_name="lg-a",
    )


def entry_frame(form: rx.Component, hotline: str, answer_within_s: int) -> rx.Component:
    """``form`` beside the product's calm half; language and theme below."""
    foot = rx.el.footer(language_switch("lang.switch_long"), theme_switch(words=True), class_name="lg-foot")
    return rx.el.div(
        sprite(), _aside(hotline, answer_within_s), rx.el.main(form, foot, class_name="lg-m"), class_name="entry"
    )


def field(label: str, picture: str, *extra: Any, wrong: Any = None, **props: Any) -> rx.Component:
    """A labelled field of such a form with an icon in it. ``wrong``: what is wrong with it in words, "" while nothing is."""
    told: list[Any] = []
    if wrong is not None:
        ident = f"{props['id']}-error"
        attrs = {"aria-invalid": rx.cond(wrong != "", "true", "false"), "aria-describedby": ident}
        props["custom_attrs"] = {**props.get("custom_attrs", {}), **attrs}
        first = rx.cond(wrong != "", rx.el.span(hidden=True, custom_attrs={"data-focus": props["id"]}))
        told = [rx.el.span(wrong, id=ident, class_name="lf-e", role="alert"), first]
    control = rx.el.input(class_name="inp", required=True, **props)
    shown = rx.el.span(icon(picture), control, *extra, class_name="inp-i")
    return rx.el.label(rx.el.span(t(label)), shown, *told, class_name="lf")


def secret_field(label: str, name: str, complete: str, **props: Any) -> rx.Component:
    """A password field whose content an eye shows."""
    eye = rx.el.button(
        icon("eye"), type="button", class_name="btn btn-t btn-ico eye", aria_label=t("login.show"), title=t("login.show"),
        custom_attrs={"data-eye": name, "aria-pressed": "false"},
    )  # fmt: skip
    return field(label, "lock", eye, id=name, name=name, type="password", auto_complete=complete, **props)


def submit(text: str) -> rx.Component:
    """The form's button."""
    return rx.el.button(t(text), type="submit", id="submit", class_name="btn btn-p lg-go")
