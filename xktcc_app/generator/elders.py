"""A city's elders: ages, types and needs that go together, numbers of their own, one community each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.random import Generator
from sqlmodel import Session

from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from xktcc_app.domain.elders import ElderType, types_of
from xktcc_app.domain.id_card import check_sign
from xktcc_app.domain.text_query import normalise_text
from xktcc_app.generator.names import draw_names
from xktcc_app.generator.tree import Community
from xktcc_app.repositories.bulk import bulk_insert, stored_moment

_BIT = {kind: 1 << place for place, kind in enumerate(ElderType)}
_SOS_DEVICES = 10_000
COLUMNS = (
    *(
        "id",
        "number",
        "name",
        "gender",
        "birth_date",
        "community",
        "street",
        "address",
        "org_id",
        "created_at",
        "id_card",
    ),
    *(
        "ethnicity",
        "marital_status",
        "education",
        "self_care",
        "care_level",
        "care_mode",
        "payment_source",
        "blood_type",
    ),
    *("medical_history", "carer", "name_key", "numbers", "type_bits"),
)
_HISTORY = ("", "高血压", "糖尿病", "冠心病", "高血压，糖尿病", "脑卒中后遗症", "关节炎", "慢性支气管炎", "白内障")


@dataclass(frozen=True, slots=True)
class Population:
    """The elders as orders and calls need them: one place a person in every list."""

    ids: list[int]
    names: list[str]
    phones: list[str]
    addresses: list[str]
    org_ids: list[int | None]
    weights: np.ndarray
    """How much each calls and orders."""


@dataclass(frozen=True, slots=True)
class ElderPlan:
    """What to make: ``count`` elders with ids from ``first``, in ``communities``, seen from ``now`` (UTC)."""

    count: int
    first: int
    communities: Sequence[Community]
    now: datetime


def make_elders(session: Session, random: Generator, plan: ElderPlan) -> Population:
    """Store the elders with types and numbers; derived columns are filled, the token index is not."""
    traits = _Traits(random, plan)
    people = Population([], [], [], [], [], traits.need)
    bulk_insert(session, "elder", COLUMNS, _rows(session, traits, plan, people))
    bits = traits.bits.tolist()
    types = ((key, kind.value) for key, own in zip(people.ids, bits, strict=True) for kind in types_of(own))
    bulk_insert(session, "elder_type_row", ("elder_id", "type"), types)
    columns = ("elder_id", "number", "kind", "owner", "is_primary", "relation", "sort")
    bulk_insert(session, "elder_phone", columns, _phones(traits, people))
    return people


class _Traits:
    """The drawn figures of all elders, an array each."""

    def __init__(self, random: Generator, plan: ElderPlan) -> None:
        count = plan.count
        self.women = random.random(count) < 0.54
        ages = 60 + np.minimum(random.exponential(9.5, count), 45)
        self.ages = ages
        self.births = (plan.now.date().toordinal() - (ages * 365.2425).astype(int)).tolist()
        self.names = draw_names(random, self.women)
        share = random.random(len(plan.communities)) + 0.3
        self.homes = random.choice(len(plan.communities), count, p=share / share.sum()).tolist()
        self.frail = np.clip((ages - 60) / 55 + random.normal(0, 0.12, count), 0, 1)
        self.bits = self._types(random, ages)
        self.need = (0.2 + self.frail) * random.gamma(0.8, 1.0, count)
        self.second = random.random(count) < 0.15
        self.device = np.arange(count) % 5 == 0
        self.contact = random.random(count) < 0.6
        self.picks = random.integers(0, 1 << 30, (count, 4)).tolist()

    def _types(self, random: Generator, ages: np.ndarray) -> np.ndarray:
        count = len(ages)
        bits = np.where(ages >= 80, _BIT[ElderType.VERY_OLD], 0)
        for kind, share in (
            (ElderType.EMPTY_NEST, 0.22),
            (ElderType.LIVES_ALONE, 0.11),
            (ElderType.LOST_ONLY_CHILD, 0.006),
            (ElderType.LOW_INCOME, 0.03),
            (ElderType.DESTITUTE, 0.012),
            (ElderType.PREFERENTIAL, 0.02),
            (ElderType.SEVERELY_HANDICAPPED, 0.025),
        ):
            bits |= np.where(random.random(count) < share, _BIT[kind], 0)
        bits |= np.where(self.frail > 0.62, _BIT[ElderType.DISABLED], 0)
        return np.where(bits == 0, _BIT[ElderType.ORDINARY], bits)


def _rows(session: Session, traits: _Traits, plan: ElderPlan, people: Population) -> Iterator[tuple]:
    frail = traits.frail.tolist()
    made = [stored_moment(session, plan.now - timedelta(days=day)) for day in range(1500)]
    for at, name in enumerate(traits.names):
        key, one, two, three = plan.first + at, *traits.picks[at][:3]
        home = plan.communities[traits.homes[at]]
        gender, born = ("f" if traits.women[at] else "m"), date.fromordinal(traits.births[at])
        phones = _own_phones(traits, at)
        address = f"{home.name}{one % 90 + 1}幢{two % 6 + 1}单元{three % 28 + 1}0{one % 4 + 1}室"
        people.ids.append(key)
        people.names.append(name)
        people.phones.append(phones[0])
        people.addresses.append(address)
        people.org_ids.append(home.id)
        yield (
            *(key, f"L{key:08d}", name, gender, born.isoformat(), home.name, home.street, address, home.id),
            *(made[one % 1500], _id_card(born, gender, one, home.id), "汉族" if two % 40 else "回族"),
            ("married", "married", "widowed", "married", "widowed", "divorced", "single")[two % 7],
            ("none", "primary", "primary", "middle", "middle", "high", "college", "university")[three % 8],
            "able" if frail[at] < 0.45 else "partly" if frail[at] < 0.62 else "unable",
            ("intact", "mild", "moderate", "severe", "total")[min(int(frail[at] * 5.5), 4)],
            "home" if one % 20 > 1 else ("day_care", "institution")[two % 2],
            ("self", "medical_insurance", "medical_insurance", "care_insurance", "government", "children")[one % 6],
            ("a", "b", "o", "ab", "")[three % 5],
            *(_HISTORY[two % len(_HISTORY)], "", normalise_text(name), " ".join(phones), int(traits.bits[at])),
        )


def _own_phones(traits: _Traits, at: int) -> list[str]:
    phones = [demo_number(at)]
    if traits.second[at]:
        phones.append(f"0571{80_000_000 + (at * 48_271) % 9_999_991:08d}")
    if traits.device[at] and at // 5 < _SOS_DEVICES:
        phones.append(demo_sos_number(at // 5))
    return phones


def _id_card(born: date, gender: str, draw: int, area: int) -> str:
    serial = (draw >> 3) % 499 * 2 + (gender == "m")
    first = f"3301{area % 90 + 10:02d}{born:%Y%m%d}{serial:03d}"
    return first + check_sign(first)


def _phones(traits: _Traits, people: Population) -> Iterator[tuple]:
    count = len(people.ids)
    for at, key in enumerate(people.ids):
        for place, number in enumerate(_own_phones(traits, at)):
            kind = "phone" if number.startswith(("1", "0")) else "sos"
            yield key, number, kind, "", place == 0, "", place
        if traits.contact[at]:
            surname = people.names[at][0]
            # families share a number: every seventh contact is somebody with a record too
            other = traits.picks[at][3]
            number = people.phones[other % count] if other % 7 == 0 else f"1{3 + other % 7}{other % 10**9:09d}"
            yield key, number, "contact", f"{surname}{'先生' if other % 2 else '女士'}", False, "子女", 0
