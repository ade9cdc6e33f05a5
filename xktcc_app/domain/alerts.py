"""What asks for a person: exceptions of seats, their order on the wall, and the alerts above it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from telephony.types import Network, SeatState
from telephony.views import SeatView, WaitingView
from xktcc_app.domain.masking import mask_number
from xktcc_app.domain.thresholds import CALM, NEAR, PAST, Thresholds
from xktcc_app.domain.wire import Alert, milliseconds

RANK_STEP = 100_000
"""Distance between two classes of rank; more than any wall has seats."""

ON_CALL = frozenset({SeatState.ALERTING, SeatState.TALKING, SeatState.HOLD})

_SOS, _GONE, _LATE, _SOON, _CALM, _AWAY = range(6)
_KINDS = ("sos", "device_offline", "long_wait", "long_call", "long_wrap_up")
_LONG = {
    SeatState.TALKING: "long_call",
    SeatState.HOLD: "long_call",
    SeatState.WRAP_UP: "long_wrap_up",
}


def is_sos(seat: SeatView) -> bool:
    """Whether the seat has an SOS call now."""
    return seat.state in ON_CALL and seat.party is not None and seat.party.sos


def phone_is_gone(seat: SeatView) -> bool:
    """Whether the phone of an agent in session is not registered."""
    return seat.network is Network.OFFLINE and seat.state is not SeatState.LOGGED_OFF


def is_exception(seat: SeatView, level: int) -> bool:
    """Whether the seat belongs first: SOS, phone gone in session, or past a threshold."""
    return level == PAST or is_sos(seat) or phone_is_gone(seat)


def rank(seat: SeatView, level: int, num: int) -> int:
    """Place on a wall with exceptions first. Depends on this seat alone, so that one change never moves the others' numbers."""
    return _class_of(seat, level) * RANK_STEP + num


def _class_of(seat: SeatView, level: int) -> int:
    if is_sos(seat):
        return _SOS
    if phone_is_gone(seat):
        return _GONE
    if level > CALM:
        return _LATE if level > NEAR else _SOON
    return _AWAY if seat.state is SeatState.LOGGED_OFF else _CALM


def in_order(found: Iterable[Alert]) -> list[Alert]:
    """The most urgent kind first, then the oldest."""
    return sorted(found, key=lambda alert: (_KINDS.index(alert["kind"]), alert["since_ms"], alert["id"]))


def seat_alerts(seat: SeatView, level: int) -> list[Alert]:
    """What a seat with this level gives cause for; mostly nothing."""
    found = []
    if is_sos(seat):
        found.append(_seat_alert("sos", seat, seat.since))
    if phone_is_gone(seat):
        found.append(_seat_alert("device_offline", seat, seat.network_since or seat.since))
    if level == PAST and seat.state in _LONG:
        found.append(_seat_alert(_LONG[seat.state], seat, seat.since))
    return found


def caller_alerts(caller: WaitingView, limits: Thresholds, now: datetime, *, named: bool) -> list[Alert]:
    """What a waiting caller gives cause for. ``named`` False leaves out who it is: for a scope that is not the whole centre."""
    kind = "sos" if caller.party.sos else "long_wait"
    if kind == "long_wait" and limits.queue.level(caller.since, now) < PAST:
        return []
    info = caller.party.info
    known = (info.name if info else "") or mask_number(caller.party.number)
    return [
        {
            "id": f"{kind}:{caller.party.call}",
            "kind": kind,
            "seat": "",
            "name": "",
            "detail": known if named else "",
            "since_ms": milliseconds(caller.since),
        }
    ]


def _seat_alert(kind: str, seat: SeatView, since: datetime) -> Alert:
    info = seat.party.info if seat.party else None
    return {
        "id": f"{kind}:{seat.profile.agent}:{milliseconds(since)}",
        "kind": kind,
        "seat": seat.profile.agent,
        "name": seat.profile.name,
        "detail": info.name if info else "",
        "since_ms": milliseconds(since),
    }
