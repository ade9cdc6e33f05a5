"""Orders of the last years: what is old is settled, what is new is under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from sqlmodel import Session, select

from xktcc_app.domain.orders import amounts
from xktcc_app.domain.record_keys import SLOTS, key_at, order_number
from xktcc_app.domain.text_query import normalise_text
from xktcc_app.generator.elders import Population
from xktcc_app.generator.services import ITEMS, PROVIDERS
from xktcc_app.generator.times import draw_keys, moments_as_text
from xktcc_app.models.order import Provider, ServiceItem
from xktcc_app.repositories.bulk import bulk_insert
from xktcc_app.repositories.token_index import is_sqlite

DAYS = 1095
COLUMNS = (
    *("id", "number", "source", "elder_id", "elder_name", "name_key", "phone", "address", "org_id", "item_id"),
    *("item_name", "category", "priority", "provider_id", "worker", "unit_price", "quantity", "amount", "subsidy"),
    *("self_paid", "payment", "status", "created_at", "created_by", "waiting_since", "dispatched_at"),
    *("accepted_at", "arrived_at", "completed_at", "stars", "follow_up", "remarks", "version"),
)
_PAYMENTS = ("government", "voucher", "cash", "wechat", "alipay", "on_account")
_SHARES = (0.42, 0.16, 0.08, 0.2, 0.09, 0.05)
_UNDER_WAY = ("to_dispatch", "dispatched", "accepted", "in_service", "completed", "rated")
_REACHED = {"dispatched": 1, "accepted": 2, "in_service": 3, "completed": 4, "rated": 4, "settled": 4}
"""How many of the four steps with a moment of their own lie behind an order; none when it is not dispatched or cancelled."""
_MINUTE = 60_000 * SLOTS
_AFTER = ((2, 25), (5, 40), (60, 600), (30, 120))
"""Minutes, at least and at most, from one step to the next."""


def make_services(session: Session) -> tuple[list[ServiceItem], list[Provider]]:
    """The services and providers, made when there are none."""
    if session.exec(select(ServiceItem)).first() is None:
        session.add_all(
            ServiceItem(name=name, category=category.value, unit_price=price, unit=unit)
            for name, category, price, unit, _ in ITEMS
        )
        session.add_all(Provider(name=name) for name in PROVIDERS)
        session.flush()
    items = sorted(session.exec(select(ServiceItem)).all(), key=lambda item: item.id or 0)
    return items, sorted(session.exec(select(Provider)).all(), key=lambda provider: provider.id or 0)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """How many orders to make, of the last ``days`` before ``now`` (aware)."""

    count: int
    now: datetime
    days: int = DAYS


def make_orders(session: Session, random: Generator, people: Population, plan: OrderPlan) -> None:
    """Store the orders; token index and rollup are not filled."""
    # asked for before: while rows are copied the connection answers nothing else
    services = make_services(session)
    zone = "" if is_sqlite(session) else "+00"
    bulk_insert(session, "service_order", COLUMNS, _rows(_Draw(random, plan, zone), people, *services))


@dataclass(frozen=True, slots=True)
class _Draw:
    random: Generator
    plan: OrderPlan
    zone: str


def _rows(
    draw: _Draw, people: Population, items: Sequence[ServiceItem], providers: Sequence[Provider]
) -> Iterator[tuple]:
    random, count, now = draw.random, draw.plan.count, draw.plan.now
    weights = {name: weight for name, _, _, _, weight in ITEMS}
    shares = np.array([weights.get(item.name, 1) for item in items], dtype=float)
    keys = draw_keys(random, count, draw.plan.days, now)
    made = moments_as_text(keys, zone=draw.zone)
    who = random.choice(len(people.ids), count, p=people.weights / people.weights.sum()).tolist()
    what = random.choice(len(items), count, p=shares / shares.sum()).tolist()
    payment = random.choice(len(_PAYMENTS), count, p=_SHARES).tolist()
    status = _statuses(random, (key_at(now) - keys) / 8 / 86_400_000)
    picks = random.integers(0, 1 << 30, (count, 3)).tolist()
    moments = _moments(draw, keys)
    names = [normalise_text(name) for name in people.names]
    for at, key in enumerate(keys.tolist()):
        elder, item, (one, two, three) = who[at], items[what[at]], picks[at]
        quantity = (1, 1, 1, 1, 2, 2, 3)[one % 7]
        paid = _PAYMENTS[payment[at]]
        share = 100 if paid == "government" else 50 if paid == "voucher" else 0
        sums = amounts(item.unit_price, quantity, item.unit_price * quantity * share // 100)
        reached = _REACHED.get(status[at], 0)
        yield (
            *(key, order_number(key), ("inbound", "inbound", "inbound", "outbound", "sos", "visit")[two % 6]),
            *(people.ids[elder], people.names[elder], names[elder], people.phones[elder], people.addresses[elder]),
            *(people.org_ids[elder], item.id, item.name, item.category, "urgent" if two % 30 == 0 else "normal"),
            *(providers[three % len(providers)].id if reached else None, "", item.unit_price, quantity),
            *(sums.amount, sums.subsidy, sums.self_paid, paid, status[at], made[at], None, made[at]),
            *(step[at] if place < reached else None for place, step in enumerate(moments)),
            *(three % 3 + 3 if status[at] in {"rated", "settled"} else None, "", "", 1),
        )


def _moments(draw: _Draw, keys: NDArray[np.int64]) -> list[list[str]]:
    """When each order was dispatched, accepted, begun and done, were it to come so far; never after now."""
    made, at = [], keys
    for least, most in _AFTER:
        at = np.minimum(at + draw.random.integers(least, most, draw.plan.count) * _MINUTE, key_at(draw.plan.now))
        made.append(moments_as_text(at, zone=draw.zone))
    return made


def _statuses(random: Generator, age_days: np.ndarray) -> list[str]:
    draw = random.random(len(age_days))
    step = np.clip((age_days * 2 + draw * 3).astype(int), 0, len(_UNDER_WAY) - 1)
    young = np.array(_UNDER_WAY)[step]
    old = np.where(draw < 0.9, "settled", "completed")
    made = np.where(age_days > 20, old, young)
    return np.where(random.random(len(age_days)) < 0.06, "cancelled", made).tolist()
