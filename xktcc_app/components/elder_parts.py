"""What the elder's drawer shows, tab by tab."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx

from xktcc_app.components.access import may
from xktcc_app.components.browser import expression, length
from xktcc_app.components.controls import notice, page_link
from xktcc_app.components.data_table import NOTHING, money, tags
from xktcc_app.components.dial import dial
from xktcc_app.components.drawer import facts, section
from xktcc_app.components.icons import icon
from xktcc_app.components.text import language, t, word
from xktcc_app.i18n.catalogue import family
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_record import CODED

_elder: Any = ElderDetailState.elder


def _text(name: str) -> Any:
    return rx.cond(_elder[name].to(str) == "", NOTHING, _elder[name].to(str))


def _code(name: str, codes: str) -> Any:
    return rx.cond(_elder[name].to(str) == "", NOTHING, word(codes, _elder[name].to(str)))


def unmasked(field: str, at: Any, masked: Any, line: str = "") -> rx.Component:
    """The masked value, or the clear one once it was asked for: its place in ``field`` is ``at``.

    A number, with its ``line`` of ``components.dial``, can be called either way.
    """
    clear: Any = ElderDetailState.clear
    known = expression(f'({clear}["{field}"]?.[{at}] ?? "")', clear)
    show = rx.cond(
        may("records.unmask"),
        rx.el.button(
            t("record.show"),
            type="button",
            class_name="lnk",
            title=t("record.show_tip"),
            on_click=ElderDetailState.unmask(field),
        ),
    )
    clear_text = rx.el.span(known, custom_attrs={"data-clear": field})
    if line:
        text = rx.cond(known != "", clear_text, rx.el.span(masked))
        return rx.cond(
            masked == "", NOTHING, rx.el.span(dial(text, line, _elder["id"], at), " ", rx.cond(known == "", show))
        )
    return rx.cond(masked == "", NOTHING, rx.cond(known != "", clear_text, rx.el.span(masked, " ", show)))


def _phones() -> Any:
    def one(number: Any, at: Any) -> rx.Component:
        return rx.el.li(unmasked("phones", at, number, "phone"), key=at)

    listed = rx.el.ul(rx.foreach(ElderDetailState.phones, one), class_name="nums")
    return rx.cond(length(ElderDetailState.phones) > 0, listed, NOTHING)


def basics() -> rx.Component:
    """Identity, telephones and address, care."""
    born = rx.cond(_elder["birth_date"] == "", NOTHING, t("record.born", date=_elder["birth_date"], age=_elder["age"]))
    changed = rx.cond(_elder["updated"].to(str) == "", NOTHING, _elder["updated"].to(str))
    return rx.fragment(
        section(
            "record.identity",
            facts(
                ("field.name", _text("name")),
                ("field.gender", _code("gender", codes="gender")),
                ("field.birth_date", born),
                ("field.ethnicity", _text("ethnicity")),
                ("field.id_card", unmasked("id_card", 0, _elder["id_card"].to(str))),
                ("field.marital_status", _code("marital_status", codes="marital_status")),
                ("field.education", _code("education", codes="education")),
                ("field.org_id", _text("org")),
            ),
        ),
        section(
            "record.reach",
            facts(
                ("field.phones", _phones()),
                ("field.sos_number", unmasked("sos_number", 0, _elder["sos_number"].to(str), "sos")),
                ("field.community", _text("community")),
                ("field.street", _text("street")),
                wide=(("field.address", _text("address")),),
            ),
        ),
        section(
            "record.care",
            facts(
                ("field.care_mode", _code("care_mode", codes="care_mode")),
                ("field.self_care", _code("self_care", codes="self_care")),
                ("field.care_level", _code("care_level", codes="care_level")),
                ("field.payment_source", _code("payment_source", codes="payment_source")),
                ("field.carer", _text("carer")),
                ("record.created", rx.el.span(_elder["created"], " · ", _elder["created_by"])),
                ("record.updated", changed),
                wide=(("field.remarks", _text("remarks")),),
            ),
        ),
    )


def health() -> rx.Component:
    """Allergies first: they can't be overlooked."""
    allergic = notice(rx.el.b(t("record.allergic"), _elder["allergies"].to(str)), kind="d", name="warn")
    return rx.fragment(
        rx.cond(_elder["allergies"].to(str) != "", allergic),
        section(
            "record.health",
            facts(
                ("field.blood_type", _code("blood_type", codes="blood_type")),
                ("field.self_care", _code("self_care", codes="self_care")),
                wide=(
                    ("field.allergies", _text("allergies")),
                    ("field.medical_history", _text("medical_history")),
                    ("field.medication", _text("medication")),
                ),
            ),
        ),
    )


def _small_table(heads: tuple[str, ...], rows: Any, line: Any, none: str) -> rx.Component:
    table = rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*(rx.el.th(t(head), scope="col") for head in heads))),
            rx.el.tbody(rx.foreach(rows, line)),
            class_name="tbl",
        ),
        class_name="tw",
    )
    return rx.cond(length(rows) > 0, table, rx.el.p(t(none), class_name="mut pad"))


def contacts() -> rx.Component:
    """Whom to call in an emergency, in this order."""

    def line(one: Any, at: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.td(at + 1, class_name="sec"),
            rx.el.td(one["name"], class_name="b"),
            rx.el.td(one["relation"]),
            rx.el.td(unmasked("contacts", at, one["phone"], "contact")),
            key=at,
        )

    heads = ("record.rank", "field.name", "field.relation", "field.phone")
    return _small_table(heads, ElderDetailState.contacts, line, "record.no_contacts")


def _rest(count: Any, shown: Any, route: str, text: str, permission: str) -> rx.Component:
    to = expression(f'"{route}?elder_id=" + {_elder["id"]}', _elder["id"])
    link = page_link(t(text, count=count), to=to)
    return rx.cond((count > shown) & may(permission), rx.el.p(link, class_name="pad"))


def orders() -> rx.Component:
    """The newest service orders."""

    def line(one: Any) -> rx.Component:
        status = rx.el.span(
            word("order_status", one["status"]), class_name="tag", custom_attrs={"data-kind": one["status"]}
        )
        return rx.el.tr(
            rx.el.td(one["number"], class_name="sec"),
            rx.el.td(word("category", one["category"]), " · ", one["item"]),
            rx.el.td(status),
            rx.el.td(money(one["amount"]), class_name="r"),
            rx.el.td(one["at"], class_name="sec"),
            key=one["id"].to(str),
        )

    heads = ("order_field.number", "order_field.item_name", "order_field.status", "order_field.amount", "record.at")
    table = _small_table(heads, ElderDetailState.orders, line, "record.no_orders")
    rest = _rest(
        ElderDetailState.order_count, length(ElderDetailState.orders), "/orders", "record.all_orders", "orders.view"
    )
    return rx.fragment(table, rest)


def calls() -> rx.Component:
    """The newest calls."""

    def line(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.td(one["at"], class_name="sec"),
            rx.el.td(rx.cond(one["sos"], rx.el.span("SOS", class_name="sosb"), word("dir", one["direction"]))),
            rx.el.td(word("call_status", one["status"])),
            rx.el.td(rx.cond(one["talk"] == "", NOTHING, one["talk"].to(str)), class_name="r"),
            rx.el.td(one["agent"], class_name="sec"),
            key=one["id"].to(str),
        )

    heads = ("record.at", "call_field.direction", "call_field.status", "call_field.talk_s", "call_field.agent")
    table = _small_table(heads, ElderDetailState.calls, line, "record.no_calls")
    rest = _rest(
        ElderDetailState.call_count, length(ElderDetailState.calls), "/calls", "record.all_calls", "calls.view"
    )
    return rx.fragment(table, rest)


def _any_code(field: Any, value: Any) -> Any:
    """A code's word, whichever of the coded fields it is of; other values as they are."""
    named = {name: family("elder" if name == "types" else name) for name in CODED}
    words = {
        lang: json.dumps({name: texts[lang] for name, texts in named.items()}, ensure_ascii=False)
        for lang in ("zh", "en")
    }
    return expression(
        f'(({language()} === "en" ? {words["en"]} : {words["zh"]})[{field}]?.[{value}] ?? {value})',
        language(), field, value,
    )  # fmt: skip


def values_of(field: Any, values: Any) -> rx.Component:
    """Values of a field in words, one after the other; a dash for none."""
    listed = rx.foreach(values.to(list[str]), lambda one: rx.el.span(_any_code(field, one), key=one))
    return rx.cond(length(values) > 0, rx.el.span(listed, class_name="vals"), rx.el.span(NOTHING))


def _change(field: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(word("field", field["field"]), class_name="sec"),
        rx.el.span(values_of(field["field"], field["before"]), class_name="tl-was"),
        icon("right", "i-12"),
        values_of(field["field"], field["after"]),
        key=field["field"].to(str),
    )


def history() -> rx.Component:
    """Every change: when, who, from what to what."""

    def line(entry: Any) -> rx.Component:
        changes = entry["changes"].to(list[dict[str, Any]])
        head = rx.el.p(
            rx.el.b(word("record_action", entry["action"])),
            rx.el.span(entry["by"]),
            rx.el.span(entry["at"]),
            class_name="tl-h",
        )
        return rx.el.li(head, rx.el.ul(rx.foreach(changes, _change), class_name="tl-c"), key=entry["id"].to(str))

    listed = rx.el.ol(rx.foreach(ElderDetailState.history, line), class_name="tl")
    return rx.cond(length(ElderDetailState.history) > 0, listed, rx.el.p(t("record.no_history"), class_name="mut pad"))


def header_tags() -> rx.Component:
    """Types, self-care and care level under the name."""

    def more(name: str, codes: str) -> rx.Component:
        return rx.cond(_elder[name].to(str) != "", rx.el.span(word(codes, _elder[name].to(str)), class_name="tag"))

    archived = rx.cond(_elder["archived"], rx.el.span(t("record.archived"), class_name="tag tag-w"))
    return rx.el.span(
        archived,
        tags("elder", _elder["types"]),
        more("self_care", codes="self_care"),
        more("care_level", codes="care_level"),
        class_name="tags",
    )
