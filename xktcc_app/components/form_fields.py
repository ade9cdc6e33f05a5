"""Fields of the forms in drawers: label, control, and what is wrong at the field itself. Controls keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_base.vars.base import VarData
from reflex_components_core.el.elements.forms import Form

from xktcc_app.components.browser import imported, needs
from xktcc_app.components.icons import icon
from xktcc_app.components.text import t, word
from xktcc_app.i18n.catalogue import family


class GuardedForm(Form):
    """A form that asks before what was typed is thrown away, and leads to the first field that is wrong."""

    faults_of: rx.Var[dict[str, str]]

    def add_hooks(self) -> Any:
        """Following the faults."""
        data = VarData.merge(needs(self.faults_of), imported("useFirstFault"))
        return [rx.Var(f"useFirstFault({self.faults_of})", _var_data=data)]

    def _exclude_props(self) -> list[str]:
        return [*super()._exclude_props(), "faults_of"]


@dataclass(frozen=True)
class Fields:
    """Makes the fields of one form: ``values`` are what they show at first, ``faults`` what is wrong, by field."""

    values: Any
    faults: Any
    prefix: str

    def _start(self, name: str) -> Any:
        return rx.cond(self.values.contains(name), self.values[name], "")

    def fault(self, name: str) -> rx.Component:
        """What is wrong with ``name``, in words."""
        told = rx.el.span(
            icon("warn", "i-12"),
            word("fault", self.faults[name], default="not_allowed"),
            class_name="ff-e",
            id=f"fault-{name}",
        )
        return rx.cond(self.faults.contains(name), told)

    def _attrs(self, name: str) -> dict[str, Any]:
        wrong = self.faults.contains(name)
        return {
            "aria-invalid": rx.cond(wrong, "true", "false"),
            "aria-describedby": rx.cond(wrong, f"fault-{name}", ""),
        }

    def _framed(self, name: str, control: rx.Component, *, needed: bool, wide: bool) -> rx.Component:
        star = [rx.el.span("*", class_name="req", aria_hidden="true")] if needed else []
        label = rx.el.span(t(f"{self.prefix}.{name}"), *star, class_name="ff-l")
        return rx.el.label(label, control, self.fault(name), class_name="ff ff-w" if wide else "ff")

    def text(self, name: str, *, needed: bool = False, wide: bool = False, **props: Any) -> rx.Component:
        """A line of text; further ``props`` are the input's."""
        control = rx.el.input(
            name=name, default_value=self._start(name), class_name="inp", auto_complete="off", aria_required=needed,
            custom_attrs=self._attrs(name), **props,
        )  # fmt: skip
        return self._framed(name, control, needed=needed, wide=wide)

    def long_text(self, name: str, max_length: int) -> rx.Component:
        """Several lines of text."""
        control = rx.el.textarea(
            name=name, default_value=self._start(name), class_name="inp", rows="3", max_length=max_length,
            custom_attrs=self._attrs(name),
        )  # fmt: skip
        return self._framed(name, control, needed=False, wide=True)

    def code(self, name: str, codes: str, *, needed: bool = False) -> rx.Component:
        """One code of the catalogue's family ``codes``, or none."""
        options = [rx.el.option(t(f"{codes}.{code}"), value=code) for code in family(codes)["zh"]]
        return self._framed(name, self._select(name, *options), needed=needed, wide=False)

    def chosen(self, name: str, options: Any, *, needed: bool = False) -> rx.Component:
        """One of a state's options: dicts of ``id`` and ``name``."""
        some = rx.foreach(options, lambda one: rx.el.option(one["name"], value=one["id"], key=one["id"]))
        return self._framed(name, self._select(name, some), needed=needed, wide=False)

    def _select(self, name: str, *options: Any) -> rx.Component:
        none = rx.el.option(t("form.none"), value="")
        return rx.el.select(
            none, *options, name=name, default_value=self._start(name), class_name="inp", custom_attrs=self._attrs(name)
        )

    def ticks(self, group: str, codes: str, name_of: Callable[[str], str]) -> rx.Component:
        """Any of the codes of a family."""
        boxes = [
            rx.el.label(
                rx.el.input(type="checkbox", name=name_of(code), default_checked=self.values.contains(name_of(code))),
                t(f"{codes}.{code}"),
                class_name="ck",
            )
            for code in family(codes)["zh"]
        ]
        return self.group(group, rx.el.div(*boxes, class_name="ff-ticks"))

    def group(self, group: str, *controls: rx.Component) -> rx.Component:
        """Several controls under one label, with one fault."""
        legend = rx.el.legend(t(f"{self.prefix}.{group}"), class_name="ff-l")
        return rx.el.fieldset(
            legend, *controls, self.fault(group), class_name="ff ff-w", custom_attrs={"aria-invalid": self._attrs(group)["aria-invalid"]}
        )  # fmt: skip

    def bare(self, name: str, label: Any, **props: Any) -> rx.Component:
        """A control without a label of its own, for a group."""
        return rx.el.input(
            name=name, default_value=self._start(name), class_name="inp", aria_label=label, auto_complete="off", **props
        )
