"""From what ``control`` publishes to what a wall shows: one seat, the centre, the organizations' counts. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from telephony.types import SeatState
from telephony.views import CentreView, ConsultationView, PartyView, SeatView
from xktcc_app.domain.alerts import is_exception, is_sos, rank
from xktcc_app.domain.masking import mask_number
from xktcc_app.domain.wire import NO_CONSULT, NO_ELDER, Centre, Consult, Elder, Group, OwnSeat, Peer, Seat, milliseconds

UNKNOWN = -1.0
_TALKING = (SeatState.TALKING, SeatState.HOLD)


def seat_wire(seat: SeatView, org_name: str, level: int, num: int) -> Seat:
    """A seat for the wall, its number masked."""
    party, quality = seat.party, seat.quality
    name = party.info.name if party and party.info else ""
    number = mask_number(party.number) if party else ""
    profile = seat.profile
    return {
        "id": profile.agent,
        "name": profile.name,
        "org": str(profile.org_id),
        "org_name": org_name,
        "state": seat.state.value,
        "since_ms": milliseconds(seat.since),
        "reason": seat.reason or "",
        "booked": seat.booked.value if seat.booked else "",
        "dir": party.direction.value if party else "",
        "party": name,
        "number": number,
        "sos": is_sos(seat),
        "level": level,
        "exception": is_exception(seat, level),
        "rank": rank(seat, level, num),
        "num": num,
        "network": seat.network.value,
        "network_since_ms": milliseconds(seat.network_since),
        "rtt": _rounded(quality.rtt_ms),
        "jitter": _rounded(quality.jitter_ms),
        "loss": _rounded(None if quality.loss is None else quality.loss * 100),
        "answered": seat.answered_today,
        "outbound": seat.outbound_today,
        "search": f"{profile.agent} {profile.name} {name} {number}".lower(),
    }


def own_seat_wire(seat: SeatView, wall: Seat, *, can_answer: bool) -> OwnSeat:
    """The agent's own seat: the wall's seat and what only the agent needs. ``can_answer``: the PBX takes phones off hook."""
    party = seat.party
    return {
        **wall,
        "call": party.call if party else "",
        "muted": seat.muted,
        "consult": _consult(seat.consultation),
        "wrap_up_until_ms": milliseconds(seat.wrap_up_until),
        "called": mask_number(party.called) if party else "",
        "elder": _elder(party),
        "can_answer": can_answer and seat.state is SeatState.ALERTING,
    }


def _consult(view: ConsultationView | None) -> Consult:
    if view is None:
        return NO_CONSULT
    return {
        "state": view.state.value,
        "asking": view.asking,
        "agent": view.agent or "",
        "name": view.name,
        "number": mask_number(view.number),
        "at_phone": view.at_phone,
    }


def peer_wire(seat: SeatView, org_name: str) -> Peer:
    """A seat for whoever wants to hand a call over."""
    profile = seat.profile
    return {
        "id": profile.agent,
        "name": profile.name,
        "org_name": org_name,
        "state": seat.state.value,
        "since_ms": milliseconds(seat.since),
        "free": seat.state is SeatState.READY,
    }


def _elder(party: PartyView | None) -> Elder:
    if party is None or party.info is None:
        return {**NO_ELDER, "sos": party is not None and party.sos}
    info = party.info
    return {
        "name": info.name,
        "age": -1 if info.age is None else info.age,
        "types": list(info.elder_types),
        "community": info.community,
        "sos": party.sos,
        "matches": info.matches,
    }


def _rounded(figure: float | None) -> float:
    return UNKNOWN if figure is None else round(figure, 1)


@dataclass(slots=True)
class Tally:
    """Seats of one organization, counted; kept up by taking a seat's old shape out and its new one in."""

    states: Counter[str] = field(default_factory=Counter)
    exceptions: int = 0

    def add(self, seat: Seat, by: int = 1) -> None:
        """Count ``seat`` in, or out with ``by`` -1."""
        self.states[seat["state"]] += by
        self.exceptions += by * seat["exception"]

    @property
    def total(self) -> int:
        """All seats."""
        return sum(self.states.values())

    @property
    def online(self) -> int:
        """Seats whose agent is logged on."""
        return self.total - self.states[SeatState.LOGGED_OFF]

    def group(self, org_id: int, name: str) -> Group:
        """As the wall's heading of the organization shows it."""
        return {
            "id": str(org_id),
            "name": name,
            "total": self.total,
            "online": self.online,
            "talking": sum(self.states[state] for state in _TALKING),
            "ready": self.states[SeatState.READY],
            "exceptions": self.exceptions,
        }


def centre_wire(centre: CentreView, total: int, online: int) -> Centre:
    """The figures above the wall. Abandonment = hung up in queue / queued; service level = taken in time / queued."""
    queued = centre.queued_today
    return {
        "waiting": len(centre.waiting),
        "longest_since_ms": min((milliseconds(caller.since) for caller in centre.waiting), default=0),
        "answered": centre.answered_today,
        "abandoned": centre.abandoned_today,
        "abandoned_rate": _percent(centre.abandoned_today, queued, 0.0),
        "service_level": _percent(centre.answered_in_time, queued, UNKNOWN),
        "service_level_s": centre.service_level_s,
        "online": online,
        "total": total,
    }


def _percent(part: int, whole: int, without: float) -> float:
    return round(100 * part / whole, 1) if whole else without
