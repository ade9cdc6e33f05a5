"""How a state and its vars are called in the browser; the names that Reflex's compiler and deltas use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex_base.constants.state import FIELD_MARKER

SEAT_KEY_PREFIX = "seat_"


def client_key(name: str) -> str:
    """The key of var ``name`` in a delta."""
    return name + FIELD_MARKER


def seat_key(agent_id: str) -> str:
    """The key under which a seat is merged into the browser's copy of the wall's state."""
    return client_key(SEAT_KEY_PREFIX + agent_id)


def keyed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Var names turned into delta keys."""
    return {client_key(name): value for name, value in values.items()}


def var_keys(state: type[rx.State]) -> frozenset[str]:
    """The delta keys of the vars that ``state`` declares itself."""
    return frozenset(client_key(name) for name in state.base_vars)
