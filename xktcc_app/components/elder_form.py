"""The form of an elder's record, the question about a double, and the comparison when somebody else was quicker."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression, length
from xktcc_app.components.controls import notice
from xktcc_app.components.drawer import close_button, section
from xktcc_app.components.elder_parts import values_of
from xktcc_app.components.form_fields import Fields, GuardedForm
from xktcc_app.components.text import t, word
from xktcc_app.domain.elder_form import MAX_CONTACTS, MAX_PHONES
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_form import ElderFormState

FORM = "elder-form"
_f = Fields(ElderFormState.fields, ElderFormState.faults, "field")


def _several(base: str, count: int, one: Any) -> list[rx.Component]:
    """Rows of which an empty one is seen only below a filled one (by the style sheet)."""
    return [rx.el.div(one(f"{base}_{at}", at), class_name="more-row") for at in range(count)]


def _phone(name: str, at: int) -> rx.Component:
    label = t("form.phone_at", at=at + 1)
    return _f.bare(
        name,
        label,
        placeholder=t("form.phone_first") if at == 0 else t("form.phone_more"),
        max_length=32,
        input_mode="tel",
    )


def _contact(name: str, at: int) -> rx.Component:
    def part(code: str, longest: int) -> rx.Component:
        words = t(f"form.contact_{code}")
        label = t("form.contact_at", at=at + 1).to(str) + " " + words.to(str)
        return _f.bare(f"{name}_{code}", label, placeholder=words, max_length=longest)

    return rx.el.div(part("name", 64), part("relation", 20), part("phone", 32), class_name="row3")


def _sections() -> list[rx.Component]:
    return [
        section(
            "record.identity",
            _f.text("name", needed=True, max_length=64),
            _f.code("gender", codes="gender", needed=True),
            _f.text("id_card", max_length=40, placeholder=t("form.id_card")),
            _f.text("birth_date", placeholder="YYYY-MM-DD", max_length=10),
            _f.text("number", max_length=20, placeholder=t("form.number")),
            _f.text("ethnicity", max_length=20),
            _f.code("marital_status", codes="marital_status"),
            _f.code("education", codes="education"),
            _f.ticks("types", "elder", lambda code: f"type_{code}"),
        ),
        section(
            "record.reach",
            _f.group("phones", *_several("phone", MAX_PHONES, _phone)),
            _f.text("sos_number", max_length=32),
            _f.chosen("org_id", ElderFormState.places),
            _f.text("street", max_length=100),
            _f.text("community", max_length=100),
            _f.text("address", max_length=200, wide=True),
            _f.group("contacts", *_several("contact", MAX_CONTACTS, _contact)),
        ),
        section(
            "record.care",
            _f.code("self_care", codes="self_care"),
            _f.code("care_level", codes="care_level"),
            _f.code("care_mode", codes="care_mode"),
            _f.code("payment_source", codes="payment_source"),
            _f.text("carer", max_length=64),
        ),
        section(
            "record.health",
            _f.code("blood_type", codes="blood_type"),
            _f.text("allergies", max_length=500, wide=True),
            _f.long_text("medical_history", 2000),
            _f.long_text("medication", 1000),
            _f.long_text("remarks", 2000),
        ),
    ]


def _same() -> rx.Component:
    def one(elder: Any) -> rx.Component:
        text = t("form.same_one", name=elder["name"], number=elder["number"], age=elder["age"])
        look = rx.el.button(
            t("table.view"), type="button", class_name="lnk",
            on_click=[ElderFormState.leave, ElderDetailState.open_elder(elder["id"].to(int))], custom_attrs={"data-leaves": ""},
        )  # fmt: skip
        return rx.el.li(text, " ", look, key=elder["id"].to(str))

    unseen = rx.cond(ElderFormState.same_unseen > 0, rx.el.p(t("form.same_unseen", count=ElderFormState.same_unseen)))
    anyway = rx.el.button(
        t("form.anyway"), type="button", class_name="btn btn-sm", on_click=ElderFormState.store_anyway
    )
    words = rx.fragment(
        rx.el.b(t("form.same")),
        rx.el.ul(rx.foreach(ElderFormState.same, one)),
        unseen,
        rx.el.p(t("form.same_ask")),
        anyway,
    )
    return rx.cond(ElderFormState.mode == "duplicates", notice(words, kind="w", name="warn", role="alert"))


def _foot(save: str) -> rx.Component:
    cancel = rx.el.button(
        t("cancel"), type="button", class_name="btn", on_click=ElderFormState.leave, custom_attrs={"data-leaves": ""}
    )
    go = rx.el.button(
        rx.cond(ElderFormState.saving, t("form.saving"), t(save)), type="submit", class_name="btn btn-p", disabled=ElderFormState.saving
    )  # fmt: skip
    return rx.el.footer(cancel, go, class_name="drawer-f")


def _head(title: Any) -> rx.Component:
    return rx.el.header(
        rx.el.h2(title),
        rx.el.span(class_name="sp"),
        close_button(ElderFormState.leave),
        class_name="drawer-h drawer-line",
    )


def _entry() -> rx.Component:
    title = rx.cond(ElderFormState.elder_id == 0, t("form.new"), t("form.edit", name=ElderFormState.name))
    form = GuardedForm.create(
        rx.el.div(_same(), *_sections(), class_name="drawer-b form-b"),
        _foot("form.save"),
        id=FORM, key=ElderFormState.drawn, faults_of=ElderFormState.faults, on_submit=ElderFormState.submit, no_validate=True,
        class_name="drawer-form", custom_attrs={"data-guard": ""},
    )  # fmt: skip
    return rx.fragment(_head(title), form)


def _choice(one: Any) -> rx.Component:
    def side(code: str, values: Any, *, first: Any) -> rx.Component:
        name = expression(f'"choice_" + {one["field"]}', one["field"])
        box = rx.el.input(type="radio", name=name, value=code, default_checked=first)
        return rx.el.td(rx.el.label(box, values_of(one["field"], values), class_name="pick"))

    mine = one["changed"] == "mine"
    who = rx.el.span(word("changed", one["changed"]), class_name="tag", custom_attrs={"data-changed": one["changed"]})
    return rx.el.tr(
        rx.el.th(word("field", one["field"]), rx.el.br(), who, scope="row"),
        side("theirs", one["theirs"], first=~mine),
        side("mine", one["mine"], first=mine),
        key=one["field"].to(str),
    )


def _conflict() -> rx.Component:
    changes: Any = ElderFormState.changes
    told = t("form.conflict", who=ElderFormState.other_by, at=ElderFormState.other_at)
    table = rx.el.table(
        rx.el.thead(rx.el.tr(*(rx.el.th(t(head), scope="col") for head in ("form.what", "form.theirs", "form.mine")))),
        rx.el.tbody(rx.foreach(changes, _choice)),
        class_name="tbl compare",
    )
    back = rx.el.button(t("form.back"), type="button", class_name="btn", on_click=ElderFormState.reconsider)
    none = rx.el.p(t("form.no_difference"), class_name="mut")
    return rx.fragment(
        _head(t("form.conflict_title", name=ElderFormState.name)),
        rx.el.form(
            rx.el.div(
                notice(told, kind="w", name="warn", role="alert"),
                rx.cond(length(changes) > 0, table, none),
                rx.el.p(back),
                class_name="drawer-b",
            ),
            _foot("form.save_chosen"),
            on_submit=ElderFormState.resolve, class_name="drawer-form", custom_attrs={"data-guard": "", "data-dirty": ""},
        ),
    )  # fmt: skip


def elder_form() -> rx.Component:
    """What stands in the drawer while a record is made or changed."""
    return rx.cond(ElderFormState.mode == "conflict", _conflict(), _entry())
