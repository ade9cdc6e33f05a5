"""Icons: one sprite in the page, drawn by reference. Outlines of 24 × 24 in the text's colour."""

from __future__ import annotations

from typing import Any

import reflex as rx

_PHONE = (
    "M22 16.9v3a2 2 0 0 1-2.2 2 19.8 19.8 0 0 1-8.6-3 19.5 19.5 0 0 1-6-6 19.8 19.8 0 0 1-3.1-8.7A2 2 0 0 1 4.1 2h3a2 2 0 0 1 "
    "2 1.7c.1 1 .4 1.9.7 2.8a2 2 0 0 1-.5 2.1L8.1 9.9a16 16 0 0 0 6 6l1.3-1.3a2 2 0 0 1 2.1-.4c.9.3 1.8.6 2.8.7A2 2 0 0 1 "
    "22 16.9z"
)
_BELL = "M6 8a6 6 0 0 1 12 0c0 7 3 9 3 9H3s3-2 3-9M10.3 21a2 2 0 0 0 3.4 0M3 4 1.5 6.5M21 4l1.5 2.5"
_MINUS = "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M8 12h8"
_CUP = "M4 9h13v6a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4zM17 10h1.5a2.5 2.5 0 0 1 0 5H17M8 2v3M12 2v3"
_TICK = "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M8.5 12l2.5 2.5 4.5-5"
_POWER = "M12 2v10M18.4 6.6a9 9 0 1 1-12.8 0"
_PAUSE = "M9 5v14M15 5v14"
_PEN = "M12 20h9M16.5 3.5a2.1 2.1 0 0 1 3 3L7 19l-4 1 1-4z"

PATHS: dict[str, str] = {
    "history": "M3 12a9 9 0 1 0 3-6.7L3 8M3 3v5h5M12 7v5l3.5 2",
    "play": "M8 5l11 7-11 7z",
    "pause": "M8 5v14M16 5v14",
    "st-ready": _TICK,
    "st-alerting": _BELL,
    "st-talking": _PHONE,
    "st-hold": _PAUSE,
    "st-wrap_up": _PEN,
    "st-not_ready": _CUP,
    "st-busy": _MINUS,
    "st-logged_off": _POWER,
    "dir-inbound": "M16 2v6h6M23 1l-7 7" + _PHONE,
    "dir-outbound": "M22 8V2h-6M16 8l6-6" + _PHONE,
    "al-sos": "M7 18v-6a5 5 0 0 1 10 0v6M5 21h14v-3H5zM12 2v2M4.2 5.2l1.4 1.4M19.8 5.2l-1.4 1.4M2 12h1M21 12h1",
    "al-long_wait": "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l3 2",
    "al-long_call": _PHONE,
    "al-long_wrap_up": _PEN,
    "al-device_offline": "m2 2 20 20M8.5 16.4a5 5 0 0 1 7 0M5 12.9a10 10 0 0 1 5.2-2.7M19 12.9a10 10 0 0 0-2-1.5"
    "M2 8.8a15 15 0 0 1 4.2-2.6M22 8.8A15 15 0 0 0 10.7 5M12 20h.01",
    "down": "m6 9 6 6 6-6",
    "spin": "M12 3a9 9 0 1 0 9 9",
    "down-file": "M12 3v12m0 0-5-5m5 5 5-5M4 20h16",
    "right": "m9 6 6 6-6 6",
    "menu": "M4 6h16M4 12h16M4 18h16",
    "monitor": "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM8 21h8M12 17v4",
    "headset": "M3 18v-6a9 9 0 0 1 18 0v6M21 19a2 2 0 0 1-2 2h-1a2 2 0 0 1-2-2v-3a2 2 0 0 1 2-2h3zM3 19a2 2 0 0 0 2 2h1"
    "a2 2 0 0 0 2-2v-3a2 2 0 0 0-2-2H3z",
    "moon": "M20.5 14.5A8.5 8.5 0 1 1 9.5 3.5a7 7 0 0 0 11 11z",
    "sun": "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2v2M12 20v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2 12h2M20 12h2M4.9 19.1l1.4-1.4"
    "M17.7 6.3l1.4-1.4",
    "search": "M4 11a7 7 0 1 0 14 0a7 7 0 1 0-14 0m17 10-4.5-4.5",
    "filter": "M3 5h18l-7 8v6l-4 2v-8z",
    "grid": "M4 3h5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM15 3h5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-5"
    "a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM4 14h5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1zM15 14h5"
    "a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1z",
    "list": "M8 6h13M8 12h13M8 18h13M3 6h.01M3 12h.01M3 18h.01",
    "tv": "M4 7h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zm13-5-5 5-5-5",
    "sound": "M11 5 6 9H2v6h4l5 4zM15.5 8.5a5 5 0 0 1 0 7M18.5 5.5a9 9 0 0 1 0 13",
    "mute": "M11 5 6 9H2v6h4l5 4zM16 9.5l5 5M21 9.5l-5 5",
    "warn": "M10.3 3.9 1.8 18a2 2 0 0 0 1.7 3h17a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0zM12 9v4M12 17h.01",
    "info": "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 11v5M12 8h.01",
    "close": "M6 6l12 12M18 6 6 18",
    "eye": "M2 12s3.5-7 10-7 10 7 10 7-3.5 7-10 7-10-7-10-7zM9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "lock": "M6 11h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2zM8 11V7a4 4 0 0 1 8 0v4",
    "user": "M8 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0M19 21v-2a4 4 0 0 0-4-4H9a4 4 0 0 0-4 4v2",
    "chart": "M4 20V10M10 20V4M16 20v-7M21 20H3",
    "users": "M5 7a4 4 0 1 0 8 0a4 4 0 1 0-8 0M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.1a4 4 0 0 1 0 7.8"
    "M22 21v-2a4 4 0 0 0-3-3.9",
    "hang": "M3 14.5c-1.2-1.4-1.3-3.2-.2-4.4C5 7.7 8.3 6.5 12 6.5s7 1.2 9.2 3.6c1.1 1.2 1 3-.2 4.4l-.5.6"
    "a1.5 1.5 0 0 1-1.8.4l-2.7-1.2a1.5 1.5 0 0 1-.9-1.4v-1.7a11 11 0 0 0-6.2 0v1.7c0 .6-.35 1.15-.9 1.4"
    "l-2.7 1.2a1.5 1.5 0 0 1-1.8-.4z",
    "logout": "M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4M16 17l5-5-5-5M21 12H9",
    "log": "M3 12a9 9 0 1 0 3-6.7L3 8M3 3v5h5M12 7v5l4 2",
    "minus": "M5 12h14",
    "tick": "M20 6 9 17l-5-5",
    "heart": "M20.8 5.6a5.5 5.5 0 0 0-7.8 0L12 6.6l-1-1a5.5 5.5 0 0 0-7.8 7.8L12 22l8.8-8.6a5.5 5.5 0 0 0 0-7.8z",
    "mic": "M12 2a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V5a3 3 0 0 1 3-3zM19 11a7 7 0 0 1-14 0M12 18v4",
    "mic-off": "M12 2a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V5a3 3 0 0 1 3-3zM19 11a7 7 0 0 1-14 0M12 18v4M3 3l18 18",
    "pad": "M5 5h.01M12 5h.01M19 5h.01M5 12h.01M12 12h.01M19 12h.01M5 19h.01M12 19h.01M19 19h.01",
    "transfer": "M16 3l4 4-4 4M20 7H4M8 21l-4-4 4-4M4 17h16",
    "keyboard": "M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM6 9h.01M10 9h.01M14 9h.01M18 9h.01"
    "M6 13h.01M18 13h.01M9 15h6",
    "bell": _BELL,
    "shield": "M12 22s8-4 8-10V5l-8-3-8 3v7c0 6 8 10 8 10z",
    "tree": "M5 3v15h5M5 9h5M11 6.5h8a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1zM11 15.5h8a1 1 0 0 1 1 1v3"
    "a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1z",
    "org": "M10 2h4a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1V3a1 1 0 0 1 1-1zM3 17h4a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1H3"
    "a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1zM17 17h4a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-3a1 1 0 0 1 1-1zM12 7v5M5 17v-3"
    "a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v3",
    "link": "M10 13a5 5 0 0 0 7.1.1l3-3a5 5 0 0 0-7.1-7.1l-1.7 1.7M14 11a5 5 0 0 0-7.1-.1l-3 3a5 5 0 0 0 7.1 7.1l1.7-1.7",
    "left": "m15 6-6 6 6 6",
    "up": "m6 15 6-6 6 6",
    "sort": "m8 9 4-4 4 4M8 15l4 4 4-4",
    "plus": "M12 5v14M5 12h14",
    "pen": _PEN,
    "refresh": "M21 12a9 9 0 1 1-2.6-6.4L21 8M21 3v5h-5",
    "download": "M12 3v12M7 10l5 5 5-5M4 21h16",
    "upload": "M12 15V3M7 8l5-5 5 5M4 21h16",
    "file": "M14 2H6a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8zM14 2v6h6M8 13h8M8 17h5",
    "lost": "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M9 15c.8-1 1.8-1.5 3-1.5s2.2.5 3 1.5M9 9.5h.01M15 9.5h.01",
}


_BAR_HEIGHTS = (4, 7, 10, 13)
_BARS_LIT = {"good": 4, "fair": 2, "poor": 1, "offline": 0, "unknown": 0}


def _network_symbol(name: str, lit: int) -> str:
    bars = ""
    for at, height in enumerate(_BAR_HEIGHTS):
        paint = (
            'fill="none" stroke="currentColor" stroke-width="1"'
            if name == "unknown"
            else f'opacity="{1 if at < lit else 0.3}"'
        )
        bars += f'<rect x="{at * 5}" y="{13 - height}" width="3" height="{height}" rx="1" {paint}/>'
    cross = '<path d="M0 13 18 0" stroke="currentColor" stroke-width="2"/>' if name == "offline" else ""
    return f'<symbol id="net-{name}" viewBox="0 0 18 13">{bars}{cross}</symbol>'


def sprite() -> rx.Component:
    """All icons, once in a page, for ``icon`` to refer to."""
    symbols = "".join(
        f'<symbol id="{name}" viewBox="0 0 24 24"><path d="{path}"/></symbol>' for name, path in PATHS.items()
    )
    symbols += "".join(_network_symbol(name, lit) for name, lit in _BARS_LIT.items())
    return rx.el.svg(
        width="0",
        height="0",
        class_name="sprite",
        aria_hidden="true",
        custom_attrs={"dangerouslySetInnerHTML": rx.Var.create({"__html": symbols})},
    )


def icon(name: Any, class_name: str = "") -> rx.Component:
    """The icon ``name``; decorative, so the words beside it must say the same."""
    href = f"#{name}" if isinstance(name, str) else rx.Var.create("#") + name
    use = rx.el.svg.use(href=href)
    return rx.el.svg(use, class_name=f"i {class_name}".strip(), aria_hidden="true")


def state_icon(state: rx.Var[str]) -> rx.Component:
    """The chip of a seat state; its colours come from the nearest ``data-state``."""
    return rx.el.span(icon(rx.Var.create("st-") + state.to(str)), class_name="chip")


def logo() -> rx.Component:
    """The product's mark."""
    mark = (
        '<rect width="24" height="24" rx="6" class="mark"/>'
        '<path d="M7 10.5a5 5 0 0 1 10 0v3.5M7 14v-3.5M17 16.5c0 1.5-1.5 2.5-3.5 2.5" fill="none" stroke="#fff"'
        ' stroke-width="1.8" stroke-linecap="round"/><rect x="5.5" y="11.5" width="3" height="5" rx="1.4" fill="#fff"/>'
        '<rect x="15.5" y="11.5" width="3" height="5" rx="1.4" fill="#fff"/>'
    )
    return rx.el.svg(
        view_box="0 0 24 24",
        aria_hidden="true",
        custom_attrs={"dangerouslySetInnerHTML": rx.Var.create({"__html": mark})},
    )
