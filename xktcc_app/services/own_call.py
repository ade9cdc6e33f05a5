"""The call that an agent has at hand now: on the line, ringing, or being wrapped up."""

from __future__ import annotations

from telephony.bus import Bus
from telephony.views import PartyView
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.guards import require


def own_party(bus: Bus, principal: Principal) -> PartyView | None:
    """The other side of the agent's own call, ``None`` without one. ``PermissionDeniedError`` without ``toolbar.use``."""
    require(principal, Permission.TOOLBAR_USE)
    if principal.agent is None:
        return None
    seat = bus.seats().get(principal.agent)
    return seat.party if seat else None
