"""The demo's elders. Their phones are those from which the demo's callers call, so that nearly every caller is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlmodel import Session

from xktcc_app.domain.elders import ElderType, PhoneKind, age_on
from xktcc_app.models.elder import Elder, ElderPhone, ElderTypeRow
from xktcc_app.services.demo_care import add_care
from xktcc_app.services.demo_names import elder_name, relative_name

ELDERS = 600
OWN_PHONES = 330
"""The first so many of the calling numbers are elders' own; the rest up to ``CALLING`` belong to their contacts."""
CALLING = 400
SOS_DEVICES = 60
QUIET_FROM = 10_000
"""Where the numbers begin from which nobody calls by himself."""


@dataclass(frozen=True, slots=True)
class DemoNumbers:
    """The numbers of the demo's people and SOS devices by their place, as the exchange's callers use them."""

    person: Callable[[int], str]
    sos: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Community:
    """Where elders live."""

    org_id: int
    name: str
    street: str


def add_elders(
    session: Session, communities: Sequence[Community], numbers: DemoNumbers, random: Random, now: datetime
) -> None:
    """Add ``ELDERS`` elders, spread over the communities."""
    elders = [_elder(place, communities[place * len(communities) // ELDERS], random, now) for place in range(ELDERS)]
    session.add_all(elders)
    session.flush()
    for place, elder in enumerate(elders):
        session.add_all(_types(elder, random, now))
        session.add_all(_phones(place, elder, numbers, random))


def _elder(place: int, community: Community, random: Random, now: datetime) -> Elder:
    woman = random.random() < 0.56
    age_days = int(random.triangular(60, 98, 76) * 365.25)
    elder = Elder(
        number=f"LJ{place + 1:06d}",
        name=elder_name(random, woman=woman),
        gender="f" if woman else "m",
        birth_date=now.date() - timedelta(days=age_days),
        community=community.name,
        address=f"{community.street}{random.randint(1, 180)}号{random.randint(1, 18)}栋{random.randint(1, 6)}单元"
        f"{random.randint(1, 11)}0{random.randint(1, 4)}室",
        org_id=community.org_id,
        created_at=now,
        created_by="admin",
    )
    add_care(elder, community.street, place)
    return elder


def _types(elder: Elder, random: Random, now: datetime) -> list[ElderTypeRow]:
    age = age_on(elder.birth_date, date(now.year, now.month, now.day)) or 0
    chances = {
        ElderType.VERY_OLD: 1.0 if age >= 80 else 0.0,
        ElderType.LIVES_ALONE: 0.22,
        ElderType.EMPTY_NEST: 0.25,
        ElderType.DISABLED: 0.08 if age >= 75 else 0.03,
        ElderType.LOST_ONLY_CHILD: 0.03,
        ElderType.LOW_INCOME: 0.07,
        ElderType.DESTITUTE: 0.02,
        ElderType.PREFERENTIAL: 0.05,
        ElderType.SEVERELY_HANDICAPPED: 0.03,
    }
    found = [kind for kind, chance in chances.items() if random.random() < chance]
    return [ElderTypeRow(elder_id=elder.id or 0, type=kind.value) for kind in found or [ElderType.ORDINARY]]


def _phones(place: int, elder: Elder, numbers: DemoNumbers, random: Random) -> list[ElderPhone]:
    def phone(number: str, kind: PhoneKind = PhoneKind.PHONE, owner: str = "", *, primary: bool = False) -> ElderPhone:
        return ElderPhone(elder_id=elder.id or 0, number=number, kind=kind.value, owner=owner, is_primary=primary)

    own = numbers.person(place if place < OWN_PHONES else QUIET_FROM + place)
    phones = [phone(own, primary=True)]
    if place % 12 == 1 and place < OWN_PHONES:
        # a couple: the second answers at the first one's number too
        phones.append(phone(numbers.person(place - 1)))
    device, spare = divmod(place, ELDERS // SOS_DEVICES)
    if spare == 3:
        phones.append(phone(numbers.sos(device), PhoneKind.SOS))
    contact = place // 4
    if place % 4 == 0:
        calls = contact < CALLING - OWN_PHONES
        number = numbers.person(OWN_PHONES + contact if calls else QUIET_FROM + ELDERS + contact)
        phones.append(phone(number, PhoneKind.CONTACT, f"{relative_name(random, elder.name)}（子女）"))
    return phones
