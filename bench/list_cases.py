"""What the record lists are asked in the benchmark: every condition alone, in pairs and all together; near and far pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
LAST = 10**7
"""A page behind every last one: the last page is opened."""
_DAY = timedelta(days=1)
Query = ElderQuery | OrderQuery | CallQuery

COMMON = ("王", "李", "张", "刘", "陈")
RARE = ("单", "司", "解", "葛", "戴")
TWO = ("桂兰", "建国", "秀英", "淑", "国华")
DIGITS = ("1234", "8888", "0571", "4321", "9999")


@dataclass(frozen=True)
class Case:
    """Several queries of one kind, and the pages that are opened."""

    name: str
    queries: Sequence[Query]
    pages: Sequence[int] = (1,)


@dataclass(frozen=True)
class Places:
    """Organizations of the city that is measured."""

    community: int
    district: int


def cases(at: Places) -> list[Case]:
    """All of them."""
    return [*_elders(at), *_orders(at), *_calls(at)]


def pairs_of(empty: Query, values: Mapping[str, Any]) -> Iterator[Query]:
    """Every two of the conditions together."""
    for one, other in combinations(values, 2):
        yield replace(empty, **{one: values[one], other: values[other]})


def _elders(at: Places) -> list[Case]:
    alone = {
        "name": "王",
        "phone": "138",
        "gender": "f",
        "types": ("lives_alone",),
        "community": at.community,
        "care_level": "severe",
        "youngest": 80,
        "oldest": 70,
    }
    return [
        Case("elders, all", [ElderQuery()], (1, 10, LAST)),
        Case("elders, one common sign", [ElderQuery(name=name) for name in COMMON], (1, 10, LAST)),
        Case("elders, one rare sign", [ElderQuery(name=name) for name in RARE], (1, LAST)),
        Case("elders, two signs", [ElderQuery(name=name) for name in TWO], (1, 10)),
        Case("elders, initials and pinyin", [ElderQuery(name=name) for name in ("wgl", "ljg", "zx", "wang", "w")]),
        Case("elders, last four digits", [ElderQuery(phone=digit) for digit in DIGITS], (1, LAST)),
        Case("elders, one or two digits", [ElderQuery(phone=digit) for digit in ("1", "7", "38", "99", "00")]),
        Case("elders, gender", [ElderQuery(gender="f"), ElderQuery(gender="m")], (1, 10, 500, LAST)),
        Case("elders, type", [ElderQuery(types=(kind,)) for kind in ("very_old", "destitute", "lives_alone")], (1, 10)),
        Case("elders, place", [ElderQuery(community=at.community), ElderQuery(community=at.district)], (1, 10, LAST)),
        Case("elders, care level", [ElderQuery(care_level=level) for level in ("severe", "total", "intact")], (1, 10)),
        Case(
            "elders, age",
            [ElderQuery(youngest=80, oldest=85), ElderQuery(youngest=100), ElderQuery(oldest=62)],
            (1, 10),
        ),
        Case("elders, gender and type and name", [ElderQuery(name=n, gender="f", types=("very_old",)) for n in COMMON]),
        Case("elders, every pair", list(pairs_of(ElderQuery(), alone)), (1, 10)),
        Case(
            "elders, everything together",
            [ElderQuery(n, "13", "f", ("very_old", "lives_alone"), at.community, "mild", 70, 95) for n in COMMON],
        ),
    ]


def _orders(at: Places) -> list[Case]:
    alone = {
        "service": "餐",
        "category": "meals",
        "status": "settled",
        "payment": "voucher",
        "elder": "王",
        "provider": 7,
        "community": at.community,
        "since": NOW - 90 * _DAY,
        "until": NOW - 30 * _DAY,
        "amount_from": 5_000,
        "amount_to": 9_000,
    }
    states = ("settled", "cancelled", "accepted")
    return [
        Case("orders, all", [OrderQuery()], (1, 10, LAST)),
        Case("orders, status", [OrderQuery(status=one) for one in states], (1, 10, 500, LAST)),
        Case("orders, category", [OrderQuery(category=one) for one in ("meals", "emergency")], (1, 10, 500)),
        Case("orders, service name", [OrderQuery(service=one) for one in ("助浴", "餐", "紧急")], (1, 10)),
        Case("orders, payment", [OrderQuery(payment=one) for one in ("wechat", "government")], (1, 10)),
        Case(
            "orders, category and status and payment",
            [OrderQuery(category=one, status="settled", payment="wechat") for one in ("meals", "bathing", "other")],
            (1, 10, 100),
        ),
        Case("orders, elder's name", [OrderQuery(elder=name) for name in (*COMMON, *TWO)], (1, 10)),
        Case("orders, elder's rare name", [OrderQuery(elder=name) for name in RARE], (1, LAST)),
        Case(
            "orders, amount",
            [OrderQuery(amount_from=30_000), OrderQuery(amount_to=500), OrderQuery(amount_from=5_000)],
            (1, 10),
        ),
        Case("orders, provider", [OrderQuery(provider=one) for one in (1, 30)], (1, 10)),
        Case("orders, place", [OrderQuery(community=at.community), OrderQuery(community=at.district)], (1, 10, LAST)),
        Case(
            "orders, period",
            [OrderQuery(since=NOW - 7 * _DAY), OrderQuery(since=NOW - 200 * _DAY, until=NOW - 100 * _DAY)],
            (1, 10, LAST),
        ),
        Case("orders, every pair", list(pairs_of(OrderQuery(), alone)), (1, 10)),
        Case(
            "orders, everything together",
            [
                OrderQuery(
                    "餐", "meals", "settled", "voucher", n, None, 7, at.community, NOW - 500 * _DAY, NOW, 1_000, 9_000
                )
                for n in COMMON
            ],
        ),
    ]


def _calls(at: Places) -> list[Case]:
    alone = {
        "name": "王",
        "number": "138",
        "community": at.community,
        "status": "abandoned",
        "valid": "1",
        "direction": "outbound",
        "agent": "1002",
        "cleared_by": "agent",
        "since": NOW - 90 * _DAY,
        "until": NOW - 30 * _DAY,
        "talk_from": 300,
        "talk_to": 900,
    }
    ends = ("answered", "abandoned", "system_failure")
    everything = ("answered", "1", "inbound", "1002", "agent", None, NOW - 300 * _DAY, NOW, 20, 900)
    return [
        Case("calls, all", [CallQuery()], (1, 10, LAST)),
        Case("calls, name", [CallQuery(name=name) for name in (*COMMON, *TWO)], (1, 10)),
        Case("calls, rare name", [CallQuery(name=name) for name in RARE], (1, LAST)),
        Case("calls, last four digits", [CallQuery(number=digit) for digit in DIGITS], (1, LAST)),
        Case("calls, one or two digits", [CallQuery(number=digit) for digit in ("1", "38", "00")]),
        Case("calls, status", [CallQuery(status=one) for one in ends], (1, 10, 500, LAST)),
        Case("calls, direction and validity", [CallQuery(direction="outbound", valid="0")], (1, 10, 500)),
        Case("calls, place", [CallQuery(community=at.community), CallQuery(community=at.district)], (1, 10, LAST)),
        Case(
            "calls, period",
            [CallQuery(since=NOW - 7 * _DAY), CallQuery(since=NOW - 200 * _DAY, until=NOW - 100 * _DAY)],
            (1, 10, LAST),
        ),
        Case("calls, agent", [CallQuery(agent="1002")], (1, 10)),
        Case("calls, hang-up side", [CallQuery(cleared_by=side) for side in ("agent", "system")], (1, 10)),
        Case("calls, talk", [CallQuery(talk_from=1800), CallQuery(talk_from=60, talk_to=90)], (1, 10)),
        Case(
            "calls, name and facets",
            [CallQuery(name=name, direction="outbound", status="answered", valid="1") for name in (*COMMON, *TWO)],
        ),
        Case(
            "calls, sparse",
            [
                CallQuery(name=name, status="system_failure", direction="outbound", community=at.community)
                for name in COMMON
            ],
        ),
        Case("calls, every pair", list(pairs_of(CallQuery(), alone)), (1, 10)),
        Case("calls, everything together", [CallQuery(n, "13", at.community, *everything) for n in COMMON]),
    ]
