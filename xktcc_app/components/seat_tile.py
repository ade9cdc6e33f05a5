"""A seat as a tile, as a row of the table and as a tile of the TV: drawn hundreds of times, so each is a memo of its seat."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.components.browser import expression
from xktcc_app.components.controls import since, time_of_day
from xktcc_app.components.icons import icon, state_icon
from xktcc_app.components.listen_panel import listener_mark
from xktcc_app.components.text import t, word
from xktcc_app.components.wall_vars import wall_seat

_ACTIONS = ("listen", "ready", "busy", "logged_off", "clear")


def _instant(seat: Any) -> rx.Var[str]:
    ms = seat["since_ms"]
    return expression(f"({ms} ? new Date({ms}).toISOString() : '')", ms)


def _facts(seat: Any, lang: rx.Var[str], shape: str) -> dict[str, Any]:
    """What scripts, checks and the style sheet read off every seat, whatever its shape."""
    label = expression(
        f"[{seat['id']}, {seat['name']}, {word('state', seat['state'], lang)}].join(' ')", seat["id"], lang
    )
    return {
        "class_name": f"seat {shape}",
        "tab_index": 0,
        "aria_label": label,
        "custom_attrs": {
            "data-testid": "seat-" + seat["id"].to(str),
            "data-seat": seat["id"],
            "data-state": seat["state"],
            "data-since": _instant(seat),
            "data-network": seat["network"],
            "data-level": seat["level"],
            "data-exception": rx.cond(seat["exception"], "true", "false"),
            "data-org": seat["org"],
            "data-name": seat["name"],
            "data-search": seat["search"],
            "data-rank": seat["rank"],
            "data-num": seat["num"],
        },
    }


def network_text(seat: Any, lang: rx.Var[str], between: str = " · ") -> rx.Var[str]:
    """The network condition in a word and its figures: jitter and loss are known in a call only."""

    def more(name: str) -> Any:
        text = t(f"net.{name}", lang, **{name: seat[name]}).to(str)
        return rx.cond(seat[name] < 0, "", between + text).to(str)

    measured = t("net.rtt", lang, rtt=seat["rtt"]).to(str) + more("jitter") + more("loss")
    gone = expression(
        f"`${{{t('net.since', lang)}}} ${{timeOfDay({seat['network_since_ms']})}}`", lang, uses=("timeOfDay",)
    )
    figures = rx.cond(
        seat["network"] == "offline",
        rx.cond(seat["network_since_ms"] > 0, gone, t("net.no_figures", lang)),
        rx.cond(seat["rtt"] < 0, t("net.no_figures", lang), measured),
    )
    return word("net", seat["network"], lang).to(str) + between + figures.to(str)


def network(seat: Any, lang: rx.Var[str]) -> rx.Component:
    """Four bars; words and figures in the tip and for screen readers."""
    text = t("net", lang).to(str) + " " + network_text(seat, lang, "\n").to(str)
    attrs = {"data-n": seat["network"], "data-tip": text}
    return rx.el.span(
        icon(rx.Var.create("net-") + seat["network"].to(str)),
        class_name="net",
        role="img",
        aria_label=text,
        custom_attrs=attrs,
    )


def _began(seat: Any) -> rx.Var[int]:
    """No time runs for a seat that is not there."""
    return rx.cond(seat["state"] == "logged_off", 0, seat["since_ms"]).to(int)


def _party(seat: Any, lang: rx.Var[str]) -> rx.Component:
    talk = rx.fragment(
        icon(rx.Var.create("dir-") + seat["dir"].to(str)),
        rx.el.b(seat["party"]),
        rx.el.span(seat["number"]),
        rx.el.span(word("dir", seat["dir"], lang), class_name="sr"),
    )
    signed_out = rx.fragment(rx.el.span(t("seat.since_off", lang)), " ", time_of_day(seat["since_ms"], minutes=True))
    off = rx.cond(seat["reason"] == "never_logged_on", rx.el.span(t("reason.never_logged_on", lang)), signed_out)
    why = rx.cond(seat["state"] == "logged_off", off, rx.el.span(word("reason", seat["reason"], lang)))
    return rx.cond(seat["dir"] != "", talk, why)


def _actions(seat: Any, lang: rx.Var[str], rights: rx.Var[str], look: str = "") -> list[Any]:
    def button(action: str) -> rx.Component:
        attrs = {"data-act": action, "data-for": seat["id"]}
        return rx.el.button(t(f"act.{action}", lang), type="button", tab_index=-1, class_name=look, custom_attrs=attrs)

    needs = {"clear": "clear", "listen": "listen"}
    return [rx.cond(rights.to(str).contains(needs.get(action, "state")), button(action)) for action in _ACTIONS]


def _word(seat: Any, lang: rx.Var[str]) -> rx.Component:
    was = rx.el.span(t("seat.was", lang), class_name="was")
    return rx.el.span(was, word("state", seat["state"], lang), class_name="tile-word")


def _sos(seat: Any) -> rx.Component:
    return rx.cond(seat["sos"], rx.el.span("SOS", class_name="sosb"))


@rx.memo
def seat_tile(rest: rx.RestProp, ident: rx.Var[str], lang: rx.Var[str], rights: rx.Var[str]) -> rx.Component:
    """The seat as a tile of four rows; its actions lie over the last one. ``rights``: state, clear, listen, as far as held."""
    one = wall_seat(ident)
    booked = t("seat.booked", lang, state=word("state", one["booked"], lang))
    return rx.el.article(
        rx.el.div(
            state_icon(one["state"]), _word(one, lang), _sos(one), icon("warn", "late"), since(_began(one), "tile-time")
        ),
        rx.el.div(
            rx.el.span(one["name"], class_name="tile-name"),
            rx.el.span(one["id"], class_name="tile-no"),
            network(one, lang),
        ),
        rx.el.div(_party(one, lang), class_name="tile-party"),
        rx.el.div(
            rx.el.span(t("seat.answered", lang), " ", rx.el.b(one["answered"])),
            rx.el.span(t("seat.outbound", lang), " ", rx.el.b(one["outbound"])),
            rx.cond(one["booked"] != "", rx.el.span(booked, class_name="next")),
            listener_mark(one["id"], lang),
            class_name="tile-foot",
        ),
        rx.el.div(*_actions(one, lang, rights), class_name="tile-acts"),
        rest,
        **_facts(one, lang, "tile"),
    )


@rx.memo
def seat_row(rest: rx.RestProp, ident: rx.Var[str], lang: rx.Var[str], rights: rx.Var[str]) -> rx.Component:
    """The seat as a row of the table."""
    one = wall_seat(ident)

    def cell(*children: Any, look: str = "") -> rx.Component:
        return rx.el.div(*children, role="cell", class_name=look)

    state = rx.el.span(state_icon(one["state"]), _word(one, lang), _sos(one), class_name="stx")
    talk = rx.el.span(rx.el.span(one["party"]), " ", rx.el.span(one["number"], class_name="sec"))
    return rx.el.div(
        cell(one["id"], look="sec"),
        cell(rx.el.b(one["name"]), look="m-name"),
        cell(one["org_name"], look="sec m-hide"),
        cell(state, look="m-st"),
        cell(icon("warn", "late"), since(_began(one)), look="r"),
        cell(rx.cond(one["dir"] != "", talk, _party(one, lang)), " ", listener_mark(one["id"], lang), look="m-row sec"),
        cell(one["answered"], look="r m-hide"),
        cell(one["outbound"], look="r m-hide"),
        cell(
            network(one, lang), rx.el.span(word("net", one["network"], lang), class_name="sec m-hide"), look="cell-net"
        ),
        cell(
            rx.el.div(
                *_actions(one, lang, rights, "lnk"),
                class_name="acts",
            ),
            look="m-hide",
        ),
        rest,
        role="row",
        **_facts(one, lang, "tr"),
    )


@rx.memo
def seat_tv(rest: rx.RestProp, ident: rx.Var[str], lang: rx.Var[str]) -> rx.Component:
    """The seat as the TV shows it: state, name, time; more only when it is wrong."""
    one = wall_seat(ident)
    first = rx.el.div(
        state_icon(one["state"]),
        rx.el.span(
            rx.el.span(t("seat.was", lang), class_name="was"), word("state", one["state"], lang), class_name="w"
        ),
        _sos(one),
        icon("warn", "late"),
        network(one, lang),
        rx.el.span(one["id"], class_name="no"),
    )
    second = rx.el.div(
        rx.el.span(one["name"], class_name="nm"), since(_began(one), **{"data-short": t("unit.minutes", lang)})
    )
    return rx.el.div(first, second, rest, **{**_facts(one, lang, "tt"), "tab_index": -1})
