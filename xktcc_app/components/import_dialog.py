"""The import of elders: choose a file, see what is in it row by row, then store it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, length, ui
from xktcc_app.components.controls import dialog, file_link, notice
from xktcc_app.components.icons import icon
from xktcc_app.components.pagination import grouped
from xktcc_app.components.text import language, t, word

IDENT = "import"


def _job() -> Any:
    return expression(str(ui("importJob")), ui("importJob"), kind=dict[str, Any])


def _choose() -> rx.Component:
    field = rx.el.input(
        type="file",
        accept=".csv,.xlsx",
        aria_label=t("import.file"),
        on_change=does(f"startImport(e.target, {language()})", language(), uses=("startImport",)),
    )
    at = expression(f'"/api/imports/template?lang=" + {language()}', language())
    template = file_link(icon("download", "i-14"), t("import.template"), href=at, class_name="row")
    return rx.fragment(rx.el.p(t("import.rules")), field, template)


def _row(bad: Any) -> rx.Component:
    def fault(pair: Any) -> rx.Component:
        return rx.el.li(
            word("field", pair[0]).to(str) + "：", word("fault", pair[1], default="not_allowed"), key=pair[0].to(str)
        )

    faults = rx.el.ul(rx.foreach(bad["faults"].to(list[list[str]]), fault))
    return rx.el.tr(rx.el.td(bad["row"], class_name="r"), rx.el.td(faults, class_name="wrap"), key=bad["row"].to(str))


def _report(job: Any) -> rx.Component:
    good, bad = grouped(job["good"]), grouped(job["bad"])
    stored = job["state"] == "stored"
    words = rx.cond(stored, t("import.stored", good=good, bad=bad), t("import.checked", good=good, bad=bad))
    told = job["told"].to(list[dict[str, Any]])
    table = rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(rx.el.th(t("import.row"), class_name="r"), rx.el.th(t("import.why")))),
            rx.el.tbody(rx.foreach(told, _row)),
            class_name="tbl",
        ),
        class_name="tw import-t",
        tab_index=0,
    )
    more = rx.cond(job["bad"].to(int) > length(told), rx.el.p(t("import.more", shown=length(told)), class_name="mut"))
    return rx.fragment(
        notice(words, kind="a", name="info", role="status"), rx.cond(length(told) > 0, rx.fragment(table, more))
    )


def _failed(job: Any) -> rx.Component:
    known = word("file", job["reason"])
    return notice(
        rx.cond(known != "", known, word("error", job["code"], default="unknown")), kind="d", name="warn", role="alert"
    )


def _busy(job: Any) -> rx.Component:
    said = rx.match(
        job["state"],
        ("sending", t("import.sending")),
        ("checking", t("import.checking", rows=grouped(job["rows"]))),
        t("import.storing", rows=grouped(job["rows"])),
    )
    return rx.el.div(
        notice(said, name="upload", role="status"),
        rx.el.progress(aria_label=t("import.progress")),
        class_name="import-b",
    )


def import_dialog() -> rx.Component:
    """Opened by ``data-open="import"``."""
    job = _job()
    state = job["state"]
    inside = rx.match(
        state,
        ("", _choose()),
        ("failed", rx.fragment(_failed(job), _choose())),
        ("checked", _report(job)),
        ("stored", _report(job)),
        _busy(job),
    )
    again = rx.el.button(
        t("import.other"), type="button", class_name="btn", on_click=does("dropImport()", uses=("dropImport",))
    )
    store = rx.el.button(
        t("import.store", good=grouped(job["good"])),
        type="button",
        class_name="btn btn-p",
        disabled=job["good"] == 0,
        on_click=does("storeImport()", uses=("storeImport",)),
    )
    close = rx.el.button(t("close"), type="button", class_name="btn", custom_attrs={"data-close": ""})
    over = rx.cond((state == "checked") | (state == "stored"), again)
    return dialog(
        rx.el.div(
            rx.el.h2(t("import.title")),
            rx.cond(job["name"] != "", rx.el.p(job["name"], class_name="sec")),
            inside,
            rx.el.div(close, over, rx.cond(state == "checked", store), class_name="dialog-f"),
            class_name="dialog-b",
        ),
        ident=IDENT,
        class_name="dialog import",
        aria_label=t("import.title"),
    )
