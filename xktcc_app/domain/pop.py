"""The shapes in which a caller's record comes up beside the agent's work. Every number in them is masked.

Times are UTC milliseconds, 0 where there is none; ages -1 when unknown; amounts in fen.
"""

from __future__ import annotations

from typing import TypedDict


class PopMatch(TypedDict):
    """An elder to whom the number leads. ``kind``: ``phone``, ``sos`` or ``contact``; ``owner``, ``relation``: whose it is."""

    id: int
    name: str
    kind: str
    owner: str
    relation: str


class PopContact(TypedDict):
    """Somebody to call in an emergency; ``index`` is the place among the contacts, for dialling."""

    index: int
    name: str
    relation: str
    phone: str


class PopOrder(TypedDict):
    """One of the last orders."""

    id: int
    item: str
    status: str
    at_ms: int


class PopCall(TypedDict):
    """One of the last calls; ``talk_s`` -1: never answered."""

    id: str
    direction: str
    status: str
    note: str
    sos: bool
    talk_s: int
    at_ms: int


class PopElder(TypedDict):
    """The record, as much of it as is needed at the telephone. ``id`` 0: none."""

    id: int
    name: str
    gender: str
    age: int
    types: list[str]
    phones: list[str]
    address: str
    community: str
    self_care: str
    care_level: str
    care_mode: str
    carer: str
    allergies: str
    medical_history: str
    remarks: str
    contacts: list[PopContact]
    orders: list[PopOrder]
    calls: list[PopCall]


class Pop(TypedDict):
    """What is known of the other side of call ``call``. ``number`` is masked."""

    call: str
    number: str
    matches: list[PopMatch]
    elder: PopElder


class ServiceChoice(TypedDict):
    """A service that can be ordered; ``price`` in fen."""

    id: int
    name: str
    category: str
    price: int


class Named(TypedDict):
    """Something to choose by its name."""

    id: int
    name: str


class CallOrder(TypedDict):
    """An order that was made in the call."""

    id: int
    number: str
    item: str
    status: str
    amount: int


NO_ELDER: PopElder = {
    "id": 0, "name": "", "gender": "", "age": -1, "types": [], "phones": [], "address": "", "community": "", "self_care": "",
    "care_level": "", "care_mode": "", "carer": "", "allergies": "", "medical_history": "", "remarks": "", "contacts": [],
    "orders": [], "calls": [],
}  # fmt: skip

NO_POP: Pop = {"call": "", "number": "", "matches": [], "elder": NO_ELDER}
