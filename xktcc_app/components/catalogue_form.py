"""The form of a provider or a service item, in a drawer."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.drawer import close_button, drawer
from xktcc_app.components.form_fields import Fields, GuardedForm
from xktcc_app.components.text import t
from xktcc_app.state.catalogue import CatalogueFormState
from xktcc_app.state.choices import ChoicesState

_f = Fields(CatalogueFormState.fields, CatalogueFormState.faults, "catalogue")


def _provider() -> rx.Component:
    return rx.el.div(
        _f.text("name", needed=True, max_length=100, wide=True),
        _f.text("phone", max_length=32),
        _f.chosen("org_id", ChoicesState.places),
        class_name="sect",
    )


def _item() -> rx.Component:
    return rx.el.div(
        _f.text("name", needed=True, max_length=100, wide=True),
        _f.code("category", codes="category", needed=True),
        _f.text("unit_price", needed=True, input_mode="decimal", max_length=12),
        _f.text("unit", max_length=20),
        class_name="sect",
    )


def catalogue_form() -> rx.Component:
    """Opened by ``CatalogueFormState.new`` and ``edit``; for a page's ``extra``."""
    is_item = CatalogueFormState.kind == "item"
    title = rx.cond(
        CatalogueFormState.key == 0,
        rx.cond(is_item, t("catalogue.new_item"), t("catalogue.new_provider")),
        rx.cond(is_item, t("catalogue.edit_item"), t("catalogue.edit_provider")),
    )
    head = rx.el.header(
        rx.el.h2(title), rx.el.span(class_name="sp"), close_button(CatalogueFormState.leave), class_name="drawer-h drawer-line"
    )  # fmt: skip
    foot = rx.el.footer(
        rx.el.button(
            t("cancel"), type="button", class_name="btn", on_click=CatalogueFormState.leave, custom_attrs={"data-leaves": ""}
        ),
        rx.el.button(t("form.save"), type="submit", class_name="btn btn-p", disabled=CatalogueFormState.saving),
        class_name="drawer-f",
    )  # fmt: skip
    entry_key: Any = CatalogueFormState.key
    form = GuardedForm.create(
        rx.el.div(rx.cond(is_item, _item(), _provider()), class_name="drawer-b form-b"),
        foot,
        faults_of=CatalogueFormState.faults,
        on_submit=CatalogueFormState.submit,
        no_validate=True,
        key=CatalogueFormState.kind + entry_key.to_string(),
        class_name="drawer-form",
        custom_attrs={"data-guard": ""},
    )
    panel = drawer(
        head,
        form,
        ident="catalogue-drawer",
        shown=CatalogueFormState.kind != "",
        close=CatalogueFormState.leave,
        label=title,
    )
    return rx.fragment(panel)
