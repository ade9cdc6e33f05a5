"""What belongs to every page's document: style sheets, first script, the app's options."""

from __future__ import annotations

import json
from typing import Any, TypedDict

import reflex as rx
from reflex_components_core.base.error_boundary import ErrorBoundary

from xktcc_app.i18n.catalogue import LANGUAGES

STYLESHEETS = [
    f"css/{name}.css"
    for name in (
        "tokens",
        "base",
        "controls",
        "shell",
        "wall",
        "toolbar",
        "tv",
        "lists",
        "drawer",
        "report",
        "records",
        "player",
        "desk",
        "admin",
        "listen",
    )
]

# Before the first picture: the remembered language and the TV layout, so that nothing flashes by.
_FIRST = """(function (html) {
  html.dataset.zone = %s;
  try { if (localStorage.getItem("xktcc_lang") === "en") html.lang = "en"; } catch (denied) { html.lang = "zh-CN"; }
  if (new URLSearchParams(location.search).get("tv") === "1") html.classList.add("tv");
})(document.documentElement);"""


class AppOptions(TypedDict):
    """Arguments for ``rx.App``."""

    theme: None
    toaster: None
    reset_style: bool
    html_lang: str
    stylesheets: list[str]
    head_components: list[rx.Component]
    app_wraps: dict[tuple[int, str], Any]


def _boundary(_stateful: bool) -> rx.Component:
    # Drawn outside the pages and their language: both languages, no detail. The server gets the detail to log.
    words = [rx.el.p(texts["crash"]) for texts in LANGUAGES.values()]
    again = rx.el.a(" · ".join(texts["reload"] for texts in LANGUAGES.values()), href="", class_name="btn btn-p")
    return ErrorBoundary.create(fallback_render=rx.el.main(*words, again, class_name="blank"))


def app_options(time_zone: str) -> AppOptions:
    """The options that these pages need; ``time_zone`` (IANA) is the one in which browsers show the time of day.

    No component library and no toaster: they weigh more than the pages. Errors are shown by ``components.messages``.
    """
    return {
        "theme": None,
        "toaster": None,
        "reset_style": False,
        "html_lang": "zh-CN",
        "stylesheets": STYLESHEETS,
        "head_components": [
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
            rx.el.meta(name="robots", content="noindex"),
            rx.el.script(_FIRST % json.dumps(time_zone)),
        ],
        "app_wraps": {(55, "ErrorBoundary"): _boundary},
    }
