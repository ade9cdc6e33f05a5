"""The wall for a television: the same facts, large; tiles never change their place, pages turn by themselves."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import chain, does, expression, length, ui
from xktcc_app.components.controls import link_down, pulse, since, time_of_day
from xktcc_app.components.icons import icon, logo, sprite, state_icon
from xktcc_app.components.seat_tile import seat_tv
from xktcc_app.components.text import language, t, word
from xktcc_app.components.wall_summary import (
    STATES,
    figure,
    longest_wait,
    percent,
    state_count,
    waits_too_long,
)
from xktcc_app.components.wall_vars import ALERTS, CENTRE, GROUPS, LAST_EVENT_MS, LOADED, tv_sections, wall_stale
from xktcc_app.state.wall import WallState

_SHOWN_ALERTS = 3
_COLUMNS = 10


def _title(hotline: str) -> rx.Component:
    under = rx.el.div(t("tv.hotline", number=hotline), class_name="sub")
    return rx.el.div(rx.el.div(logo(), rx.el.b(t("brand")), class_name="row"), under, class_name="ti")


def _figure(name: str, label: rx.Var[str], *value: Any, bad: Any = False) -> rx.Component:
    attrs = {"data-bad": rx.cond(bad, "true", "false"), "data-testid": f"kpi-{name}"}
    return rx.el.div(rx.el.span(icon("warn"), label), rx.el.b(*value), class_name="tv-k", custom_attrs=attrs)


def _clock() -> rx.Component:
    live = rx.cond(wall_stale(), t("tv.stale"), t("tv.live"))
    return rx.el.div(
        rx.el.span(rx.el.i(class_name="dot"), live),
        rx.el.b(rx.cond(wall_stale(), time_of_day(LAST_EVENT_MS), time_of_day("now"))),
        class_name="tv-k clock",
    )


def _head(hotline: str) -> rx.Component:
    return rx.el.header(
        _title(hotline),
        _figure("waiting", t("kpi.waiting"), CENTRE["waiting"]),
        _figure("longest", t("kpi.longest"), longest_wait(), bad=waits_too_long()),
        _figure("answered", t("kpi.answered"), figure(CENTRE["answered"])),
        _figure(
            "abandoned",
            t("kpi.abandoned"),
            figure(CENTRE["abandoned"]),
            rx.el.small(percent(CENTRE["abandoned_rate"]), " %"),
        ),
        _figure(
            "level",
            t("kpi.level", seconds=CENTRE["service_level_s"]),
            percent(CENTRE["service_level"]),
            rx.el.small("%"),
        ),
        _clock(),
        class_name="tk",
    )


def _states() -> rx.Component:
    def one(code: str) -> rx.Component:
        return rx.el.div(
            state_icon(rx.Var.create(code)),
            rx.el.span(t(f"state.{code}")),
            rx.el.b(state_count(code)),
            custom_attrs={"data-state": code},
        )

    return rx.el.div(*(one(code) for code in STATES), class_name="ts")


def _alert(alert: Any) -> rx.Component:
    text = expression(
        f"[{alert['detail']}, [{alert['seat']}, {alert['name']}].filter(Boolean).join(' ')].filter(Boolean).join(' → ')",
        alert["seat"],
    )
    return rx.el.div(
        icon(rx.Var.create("al-") + alert["kind"].to(str)),
        rx.el.b(word("alert", alert["kind"])),
        rx.el.span(text, class_name="t"),
        since(alert["since_ms"]),
        key=alert["id"],
        custom_attrs={"data-kind": alert["kind"], "data-alert": alert["id"]},
    )


def _alerts() -> rx.Component:
    more = length(ALERTS) - _SHOWN_ALERTS
    rest = rx.cond(
        more > 0,
        rx.el.div(t("alerts.more", count=more), class_name="rest"),
        rx.cond(length(ALERTS) == 0, rx.el.div(t("alerts.none"), class_name="rest")),
    )
    stale = rx.el.div(
        icon("al-device_offline"),
        rx.el.span(rx.cond(link_down(), t("link.down"), t("stale.pbx"))),
        rx.el.span(t("wall.as_of"), " ", time_of_day(LAST_EVENT_MS), class_name="t"),
        class_name="stale",
        role="alert",
        custom_attrs={"data-testid": "stale-banner"},
    )
    live = rx.fragment(rx.foreach(ALERTS[:_SHOWN_ALERTS], _alert), rest)
    return rx.el.div(
        rx.cond(wall_stale(), stale, live),
        class_name="ta",
        role="region",
        aria_label=t("alerts"),
        custom_attrs={"data-testid": "alerts", "data-alerts": rx.cond(LOADED, "true", "false")},
    )


def _section_head(ident: Any) -> rx.Component:
    group: Any = expression(f"({GROUPS}.find((group) => group.id === {ident}) ?? {{}})", GROUPS, kind=dict)
    return rx.el.h2(rx.el.span(group["name"]), rx.el.small(group["online"], "/", group["total"]))


def _section(section: Any) -> rx.Component:
    lang = language()
    tiles = rx.foreach(section["seats"].to(list[str]), lambda ident: seat_tv(ident=ident, lang=lang, key=ident))
    head = _section_head(section["group"].to(str))
    block = rx.el.section(head, rx.el.div(tiles, class_name="tgr"), class_name="tg")
    page = ui("tvPage").to(int)
    return rx.cond(section["page"].to(int) == page, block)


def _size() -> dict[str, Any]:
    """Fewer seats stand in fewer columns, and as much larger."""
    sections = tv_sections()
    columns, stretch = f"({sections}[0]?.columns ?? {_COLUMNS})", f"({sections}[0]?.stretch ?? 1)"
    style = f'({{"--cols": {columns}, "--stretch": {stretch}, zoom: {_COLUMNS} / {columns}}})'
    return {"style": expression(style, sections, kind=dict)}


def tv_wall(hotline: str) -> rx.Component:
    """The whole screen; ``hotline`` is the number that callers dial."""
    sections = tv_sections()
    pages = expression(f"({sections}.at(-1)?.page ?? 0) + 1", sections, kind=int)
    page = expression(f"{ui('tvPage')} + 1", ui("tvPage"), kind=int)
    turned = rx.cond(pages > 1, rx.el.div(t("tv.page", page=page, pages=pages), class_name="tp"))
    again = chain(WallState.load)
    leaving = does(f'setUi("tv", ""); ({again})()', again, uses=("setUi",))
    leave = rx.el.button(icon("close"), t("tv.exit"), type="button", class_name="btn tv-exit", on_click=leaving)
    return rx.el.div(
        sprite(),
        _head(hotline),
        _states(),
        _alerts(),
        rx.el.main(rx.foreach(sections, _section), class_name="tm", custom_attrs=_size()),
        turned,
        leave,
        pulse(),
        class_name="tv-wall",
        custom_attrs={"data-testid": "seat-wall", "data-stale": rx.cond(wall_stale(), "true", "false")},
    )
