"""Bars drawn by Plotly from numbers of a state. Colours follow the theme, words the language, both without asking the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx
from plotly.graph_objs import Figure

from xktcc_app.components.browser import does, expression
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t

# Plotly takes no CSS properties: these are the tokens of assets/css/tokens.css
_LIGHT = {
    "paper": "#FFFFFF",
    "text": "#5C6870",
    "value": "#434E55",
    "grid": "#E2E6E8",
    "bar": "#0B6B75",
    "before": "#C9D3D6",
}
_DARK = {
    "paper": "#161A1D",
    "text": "#929DA4",
    "value": "#B6BFC4",
    "grid": "#2A3135",
    "bar": "#2E9BA6",
    "before": "#3A444A",
}
_YEARS_LIGHT = ["#DDE3E5", "#C9D3D6", "#9DB9BE", "#5C9AA2", "#0B6B75"]
_YEARS_DARK = ["#2F383D", "#3A444A", "#375960", "#2B6F78", "#2E9BA6"]
_FONT = '"Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
_HEIGHT = 240


def _tone(name: str) -> Any:
    return rx.color_mode_cond(_LIGHT[name], _DARK[name])


@dataclass(frozen=True)
class Bars:
    """A chart: its ``traces`` (Plotly's), the words under the places 1, 2, 3 …, and what a click on a bar calls with its points.

    ``years``: several traces, one a year, the newest the strongest.
    """

    ident: str
    traces: Any
    labels: Sequence[Any]
    on_click: Any
    years: bool = False


def _layout(bars: Bars) -> dict[str, Any]:
    plain: dict[str, Any] = {"fixedrange": True, "automargin": True, "tickfont": {"color": _tone("text")}}
    layout: dict[str, Any] = {
        "height": _HEIGHT,
        "autosize": True,
        "showlegend": False,
        "bargap": 0.45 if bars.years else 0.25,
        "bargroupgap": 0.12,
        "dragmode": False,
        "margin": {"l": 44, "r": 8, "t": 20, "b": 28},
        "paper_bgcolor": _tone("paper"),
        "plot_bgcolor": _tone("paper"),
        "font": {"family": _FONT, "size": 11, "color": _tone("value")},
        "xaxis": {
            **plain,
            "tickvals": list(range(1, len(bars.labels) + 1)),
            "ticktext": list(bars.labels),
            "showgrid": False,
        },
        "yaxis": {
            **plain,
            "rangemode": "tozero",
            "gridcolor": _tone("grid"),
            "zerolinecolor": _tone("grid"),
            "nticks": 5,
            "separatethousands": True,
            "exponentformat": "none",
        },
        "uniformtext": {"mode": "show", "minsize": 9},
    }
    if bars.years:
        # the newest year always has the accent, however many there are
        colours = rx.color_mode_cond(rx.Var.create(_YEARS_LIGHT), rx.Var.create(_YEARS_DARK))
        newest = f"({colours}).slice(-Math.max(1, {bars.traces}.length))"
        layout["colorway"] = expression(newest, colours, bars.traces, kind=list)
    return layout


def compared(year: Any, texts: Any, heights: Any, hatches: Any, before: Any) -> list[dict[str, Any]]:
    """Twelve bars in the accent's colour: exact ``heights``, the ``texts`` over them, ``/`` where one is not complete yet.

    ``before``: the heights of muted bars beside them, those of the year before; none or twelve. They are the first trace.
    """
    plain: dict[str, Any] = {"type": "bar", "x": list(range(1, 13)), "cliponaxis": False, "hoverinfo": "text"}
    return [
        {
            **plain,
            "name": expression(f"String({year} - 1)", year),
            "y": before,
            "hoverinfo": "none",
            "marker": {"color": _tone("before")},
        },
        {
            **plain,
            "name": year.to_string(),
            "y": heights,
            "text": texts,
            "textposition": "outside",
            "textangle": 0,
            "marker": {"color": _tone("bar"), "pattern": {"shape": hatches, "size": 6}},
        },
    ]


def chart(bars: Bars) -> rx.Component:
    """The chart; its numbers stand in a table besides, so to a screen reader it is a picture."""
    plot = rx.plotly.basic(
        data=rx.Var.create({"data": bars.traces}).to(Figure),
        layout=rx.Var.create(_layout(bars)),
        template=None,
        config={
            "displayModeBar": False,
            "responsive": True,
            "scrollZoom": False,
            "doubleClick": False,
        },
        use_resize_handler=True,
        on_click=bars.on_click,
        width="100%",
        height=f"{_HEIGHT}px",
    )
    return rx.el.div(plot, id=bars.ident, class_name="chart", aria_hidden="true")


# a picture travels without its page: it says itself what it shows, and of whom
_SAVE = """
const drawn = document.querySelector("#%(ident)s .js-plotly-plot");
const place = document.querySelector("select[name=org]")?.selectedOptions[0]?.text.trim() ?? "";
window.Plotly.downloadImage(
  {data: drawn.data, layout: {...drawn.layout, showlegend: true,
    title: {text: [%(title)s, place].filter(Boolean).join(" · "), x: 0.02, xanchor: "left", font: {size: 15}},
    legend: {orientation: "h", x: 1, xanchor: "right", y: 1, yanchor: "bottom"},
    margin: {...drawn.layout.margin, t: 72}}},
  {format: "png", filename: %(file)s, scale: 2, width: Math.max(drawn.clientWidth, 720), height: 320});
"""


def picture_button(ident: str, title: Any, file: Any) -> rx.Component:
    """Saves the chart ``ident`` as the PNG ``file``, under its ``title``."""
    save = _SAVE % {"ident": ident, "title": title, "file": file}
    return rx.el.button(
        icon("download"), t("report.png"), type="button", class_name="btn btn-sm", on_click=does(save, title, file)
    )
