"""The bridge to the few browser scripts: values and functions of ``assets/js/ui.js`` as Vars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_base.event import EventChain
from reflex_base.utils.imports import ImportVar
from reflex_base.vars.base import VarData
from reflex_base.vars.function import FunctionVar

from xktcc_app.live.client_vars import client_key

_MODULE = "$/public/js/ui.js"


def imported(*names: str) -> VarData:
    """What a Var needs whose expression uses ``names`` of the scripts."""
    return VarData(imports={_MODULE: [ImportVar(tag=name) for name in names]})


def needs(*parts: Any) -> VarData | None:
    """The imports and hooks of ``parts``, for a Var in whose text they are written."""
    # Reflex has no public way to ask a Var for them.
    return VarData.merge(*(part._get_all_var_data() for part in parts))


def expression(js: str, *parts: Any, kind: type = str, uses: tuple[str, ...] = ()) -> Any:
    """A Var of the JavaScript ``js`` that carries what ``parts`` (Vars written into it) need.

    ``Any``, like all Vars of a state: their declared types are those of the server's side.
    """
    data = VarData.merge(needs(*parts), imported(*uses) if uses else None)
    return rx.Var(_js_expr=js, _var_type=kind, _var_data=data).to(kind)


def ui(key: str) -> rx.vars.StringVar[str]:
    """A value that the browser alone decides (see ``store.js``), for example ``view``."""
    name = f"ui_{key}"
    data = VarData(hooks={f'const {name} = useUi("{key}")': None}).merge(imported("useUi"))
    return rx.Var(_js_expr=name, _var_type=str, _var_data=data).to(str)


def picked(var: Any) -> Any:
    """A state's ``var``, read by itself: what shows it is drawn anew when it changes, and not whenever its state does."""
    data = needs(var) or VarData()
    [(state, (field,))] = data.field_dependencies.items()
    return keyed_var(state, rx.Var.create(client_key(field)), f"{state.rpartition('.')[2]}__{field}", var._var_type)


def keyed_var(state: str, key: rx.Var[str], name: str, kind: Any = dict) -> Any:
    """What stands under ``key`` in the browser's copy of ``state``, in the script's constant ``name``; ``{}`` while nothing does."""
    # by !s: inside a hook a Var's formatted form would never be decoded
    hook = f"const {name} = useVar({rx.Var.create(state)!s}, {key!s})"
    data = VarData.merge(key._get_all_var_data(), VarData(hooks={hook: None}).merge(imported("useVar")))
    return rx.Var(_js_expr=name, _var_type=kind, _var_data=data).to(kind)


def does(js: str, *parts: Any, uses: tuple[str, ...] = ()) -> rx.Var[Any]:
    """An event trigger that runs ``js`` in the browser; ``e`` is the event itself.

    Reflex calls a trigger with its own reading of the event first; the event comes last.
    """
    data = VarData.merge(needs(*parts), imported(*uses) if uses else None)
    return rx.Var(_js_expr=f"((...given) => {{ const e = given.at(-1); {js} }})", _var_data=data).to(
        FunctionVar, EventChain
    )


def nothing() -> list[Any]:
    """No arguments."""
    return []


def chain(handler: Any, arguments: Callable[..., list[Any]] = nothing) -> rx.Var[Any]:
    """A state's ``handler`` as a function that scripts call; ``arguments`` names what they give: ``lambda at: [at]``."""
    return rx.Var.create(EventChain.create(value=handler, args_spec=arguments, key="on_call"))


def sets(key: str, value: str | rx.Var[str] = "") -> rx.Var[Any]:
    """An event trigger that sets the browser's value ``key``."""
    literal = rx.Var.create(value)
    return does(f'setUi("{key}", {literal})', literal, uses=("setUi",))


def takes(key: str) -> rx.Var[Any]:
    """An event trigger that sets the browser's value ``key`` to what the field holds."""
    return does(f'setUi("{key}", e.target.value)', uses=("setUi",))


def length(items: Any) -> Any:
    """How many ``items`` (a list Var) there are."""
    return expression(f"{items}.length", items, kind=int)
