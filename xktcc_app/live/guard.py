"""The second look, when an event runs: covers events that handlers chain and whatever did not come through the gate."""

from __future__ import annotations

from reflex.app import App
from reflex.event import Event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.constants import RouteVar
from reflex_base.event.context import EventContext

from xktcc_app.live.gate import Gate


class Guard(Middleware):
    """Refuses, silently and without a trace in the state, what the socket behind the event may not have run."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """An empty update ends the event's processing; ``None`` lets it go on.

        The socket's id is what the server wrote into the routing data over whatever the client had put there.
        """
        del app, state
        context = EventContext.get()
        sid = context.router_data.get(RouteVar.SESSION_ID, "")
        chained = context.parent_txid is not None
        if self._gate.permits(sid, context.token, event.name, chained=chained):
            return None
        self._gate.refused += 1
        return StateUpdate()
