"""A small generated city, and plain look-ups in it to compare the lists with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import select

from xktcc_app.domain.elders import age_on, type_bits
from xktcc_app.domain.pinyin import syllables_of
from xktcc_app.domain.text_query import query_digits, query_text
from xktcc_app.generator.populate import Sizes, populate
from xktcc_app.migrate import migrate
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder
from xktcc_app.models.order import ServiceOrder
from xktcc_app.models.organization import Organization
from xktcc_app.services.database import Database

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
TODAY = NOW.date()
SIZES = Sizes(elders=300, orders=600, calls=900, communities=20, agents=5)


@dataclass
class City:
    database: Database
    elders: list[Elder]
    orders: list[ServiceOrder]
    calls: list[Call]
    nodes: dict[int, Organization]

    def below(self, node, org_id):
        if node is None:
            return True
        own, top = self.nodes.get(org_id), self.nodes.get(node)
        return own is not None and top is not None and top.low <= own.low <= top.high

    def node(self, kind):
        return next(node.id for node in self.nodes.values() if node.kind == kind)

    def matching_elders(self, query, scope=None):
        return [elder.id for elder in self.elders if self.below(scope, elder.org_id) and self._elder(elder, query)]

    def _elder(self, elder, query):
        name, digits = query_text(query.name), query_digits(query.phone)
        age = age_on(elder.birth_date, TODAY)
        return (
            elder.archived_at is None
            and (not name or name in query_text(elder.name) or sounds(elder.name, name))
            and digits is not None
            and any(digits in number for number in elder.numbers.split() or [""])
            and query.gender in {"", elder.gender}
            and query.care_level in {"", elder.care_level}
            and (not query.types or bool(elder.type_bits & type_bits(query.types)))
            and self.below(query.community, elder.org_id)
            and (query.youngest is None or age >= query.youngest)
            and (query.oldest is None or age <= query.oldest)
        )

    def matching_orders(self, query, items):
        name = query_text(query.elder)
        return [
            order.id
            for order in self.orders
            if name in order.name_key
            and (items is None or order.item_id in items)
            and query.status in {"", order.status}
            and query.payment in {"", order.payment}
            and query.provider in {None, order.provider_id}
            and query.elder_id in {None, order.elder_id}
            and self.below(query.community, order.org_id)
            and (query.since is None or order.created_at >= query.since)
            and (query.until is None or order.created_at < query.until)
            and (query.amount_from is None or order.amount >= query.amount_from)
            and (query.amount_to is None or order.amount <= query.amount_to)
        ]

    def matching_calls(self, query):
        name, digits = query_text(query.name), query_digits(query.number)
        return [
            call.seq
            for call in self.calls
            if digits is not None
            and digits in call.number
            and name in call.name_key
            and query.status in {"", call.status}
            and query.valid in {"", str(int(call.is_valid))}
            and query.direction in {"", call.direction}
            and query.agent in {"", call.agent}
            and query.cleared_by in {"", call.cleared_by}
            and query.elder_id in {None, call.elder_id}
            and self.below(query.community, call.org_id)
            and (query.since is None or call.started_at >= query.since)
            and (query.until is None or call.started_at < query.until)
            and (query.talk_from is None or (call.talk_s is not None and call.talk_s >= query.talk_from))
            and (query.talk_to is None or (call.talk_s is not None and call.talk_s <= query.talk_to))
        ]


def sounds(name, letters):
    """Whether letters are initials or syllables of a part of the name: the slow way."""
    readings = [syllables_of(sign) for sign in name]

    def spell(at, rest, initials):
        if not rest:
            return True
        if at == len(readings):
            return False
        return any(
            rest.startswith(part) and spell(at + 1, rest[len(part) :], initials)
            for part in {one[0] if initials else one for one in readings[at]}
        )

    return letters.isascii() and any(
        spell(start, letters, initials) for start in range(len(name)) for initials in (True, False)
    )


def build(url):
    migrate(url)
    database = Database(url)
    populate(database, SIZES, 7, NOW)

    def everything(session):
        return City(
            database,
            list(session.exec(select(Elder).order_by(Elder.id.desc())).all()),
            list(session.exec(select(ServiceOrder).order_by(ServiceOrder.id.desc())).all()),
            list(session.exec(select(Call).order_by(Call.seq.desc())).all()),
            {node.id: node for node in session.exec(select(Organization)).all()},
        )

    return database.reading(everything)
