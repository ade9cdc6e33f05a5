"""Exports under way, at the foot of every page: how far, how it ended, and the file once more."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import does, expression, ui
from xktcc_app.components.controls import file_link
from xktcc_app.components.icons import icon
from xktcc_app.components.pagination import grouped
from xktcc_app.components.text import t, word


def _said(job: Any) -> Any:
    rows = grouped(job["rows"])
    ended = rx.cond(job["limited"], t("job.limited", rows=rows), t("job.done", rows=rows))
    failed = t("job.failed").to(str) + word("error", job["code"], default="unknown").to(str)
    return rx.match(job["state"], ("running", t("job.running", rows=rows)), ("done", ended), failed)


def _job(job: Any) -> rx.Component:
    running, done = job["state"] == "running", job["state"] == "done"
    drop = does(f"cancelExport({job['id']})", job["id"], uses=("cancelExport",))
    link = file_link(t("job.again"), href=expression(f'"/api/exports/" + {job["id"]} + "/file"', job["id"]))
    close = rx.el.button(
        icon("close", "i-14"),
        type="button",
        class_name="btn btn-t btn-ico btn-sm",
        aria_label=rx.cond(running, t("cancel"), t("close")),
        on_click=drop,
    )
    return rx.el.div(
        icon(rx.cond(running, "download", rx.cond(done, "st-ready", "warn"))),
        rx.el.span(_said(job)),
        rx.cond(done, link),
        close,
        key=job["id"].to(str),
        class_name="job",
        custom_attrs={"data-job": job["state"]},
    )


def export_jobs() -> rx.Component:
    """All of this page's exports."""
    jobs = expression(str(ui("exports")), ui("exports"), kind=list[dict[str, Any]])
    return rx.el.div(rx.foreach(jobs, _job), class_name="jobs", role="status", custom_attrs={"data-testid": "jobs"})
