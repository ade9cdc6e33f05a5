"""The shapes in which live facts travel to a browser. Every key is always there; nothing in them is unmasked.

Times are UTC milliseconds since the epoch, 0 where there is none; codes (states, reasons) are turned into words by the
page's catalogues. A figure that is not known is -1.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict


class Seat(TypedDict):
    """A seat as its tile shows it.

    ``id`` agent number · ``org`` organization id as text · ``reason``, ``booked`` codes or "" · ``dir`` inbound, outbound
    or "" · ``party`` elder's name or "" · ``number`` masked or "" · ``level`` 0 calm, 1 near, 2 past its threshold ·
    ``exception`` belongs first · ``rank`` CSS order with exceptions first · ``num`` CSS order by number ·
    ``rtt``, ``jitter`` milliseconds · ``loss`` percent · ``search`` lower-case text that a filter matches.
    """

    id: str
    name: str
    org: str
    org_name: str
    state: str
    since_ms: int
    reason: str
    booked: str
    dir: str
    party: str
    number: str
    sos: bool
    level: int
    exception: bool
    rank: int
    num: int
    network: str
    network_since_ms: int
    rtt: float
    jitter: float
    loss: float
    answered: int
    outbound: int
    search: str


class Elder(TypedDict):
    """Whom the agent has on the line. ``age`` -1 when unknown; ``matches`` how many records share the number, 0 for none."""

    name: str
    age: int
    types: list[str]
    community: str
    sos: bool
    matches: int


class Consult(TypedDict):
    """The third party of a consultation. ``state``: "" for none, ringing, talking or conference; ``asking``: begun by this seat.

    ``at_phone``: by a second call of its phone.
    """

    state: str
    asking: bool
    agent: str
    name: str
    number: str
    at_phone: bool


class Peer(TypedDict):
    """Another seat as a transfer sees it; ``free``: it can be given the call now."""

    id: str
    name: str
    org_name: str
    state: str
    since_ms: int
    free: bool


class OwnSeat(Seat):
    """The agent's own seat in the toolbar. ``called`` is the dialled line; ``can_answer``: the ringing can be taken by command.

    ``call`` is the id of the call at hand or being wrapped up, "" without one.
    """

    call: str
    muted: bool
    consult: Consult
    wrap_up_until_ms: int
    called: str
    elder: Elder
    can_answer: bool


class Group(TypedDict):
    """An organization's seats, counted."""

    id: str
    name: str
    total: int
    online: int
    talking: int
    ready: int
    exceptions: int


class Centre(TypedDict):
    """The queue and today's figures. Rates in percent; ``service_level`` -1 while nobody has called today."""

    waiting: int
    longest_since_ms: int
    answered: int
    abandoned: int
    abandoned_rate: float
    service_level: float
    service_level_s: int
    online: int
    total: int


class Alert(TypedDict):
    """Something that asks for a person: ``kind`` is sos, long_wait, long_call, long_wrap_up or device_offline."""

    id: str
    kind: str
    seat: str
    name: str
    detail: str
    since_ms: int


class Listener(TypedDict):
    """Who listens to a seat's call: ``seat`` the agent number, ``mode`` listen, whisper or barge.

    ``account`` and ``name`` are the supervisor's; two may have the same name.
    """

    seat: str
    account: str
    name: str
    mode: str
    since_ms: int


NO_ELDER: Elder = {"name": "", "age": -1, "types": [], "community": "", "sos": False, "matches": 0}

NO_CONSULT: Consult = {"state": "", "asking": False, "agent": "", "name": "", "number": "", "at_phone": False}

NO_SEAT: OwnSeat = {
    "id": "", "name": "", "org": "", "org_name": "", "state": "logged_off", "since_ms": 0, "reason": "", "booked": "",
    "dir": "", "party": "", "number": "", "sos": False, "level": 0, "exception": False, "rank": 0, "num": 0,
    "network": "unknown", "network_since_ms": 0, "rtt": -1.0, "jitter": -1.0, "loss": -1.0, "answered": 0, "outbound": 0,
    "search": "", "call": "", "muted": False, "consult": NO_CONSULT,
    "wrap_up_until_ms": 0, "called": "", "elder": NO_ELDER, "can_answer": False,
}  # fmt: skip

NO_CENTRE: Centre = {
    "waiting": 0, "longest_since_ms": 0, "answered": 0, "abandoned": 0, "abandoned_rate": 0.0, "service_level": -1.0,
    "service_level_s": 15, "online": 0, "total": 0,
}  # fmt: skip


def milliseconds(at: datetime | None) -> int:
    """UTC milliseconds since the epoch; 0 for ``None``."""
    return 0 if at is None else round(at.timestamp() * 1000)
