"""What the address of the callback worklist asks; what makes no sense in it counts as not said."""

from __future__ import annotations

from xktcc_app.domain.callbacks import OPEN, CallbackQuery, CallbackState
from xktcc_app.domain.list_params import Params

ALL = "all"
_STATES = frozenset(state.value for state in CallbackState)


def callback_query(params: Params) -> CallbackQuery:
    """The query; without a ``state`` the open entries."""
    state = params.get("state", "")
    community = params.get("community", "")
    return CallbackQuery(
        state="" if state == ALL else state if state in _STATES else OPEN,
        mine=params.get("mine") == "1",
        name=params.get("name", "").strip(),
        number=params.get("phone", "").strip(),
        community=int(community) if community.isdecimal() and len(community) < 10 else None,
    )
