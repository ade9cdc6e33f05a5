"""Calls of the last year. Those who need more call more; some callers are unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator
from sqlmodel import Session

from xktcc_app.domain.text_query import normalise_text
from xktcc_app.generator.elders import Population
from xktcc_app.generator.times import draw_keys, moments_as_text
from xktcc_app.repositories.bulk import bulk_insert
from xktcc_app.repositories.token_index import is_sqlite

DAYS = 365
HOTLINE = "96000"
COLUMNS = (
    *("id", "direction", "caller", "called", "started_at", "queued_at", "rang_at", "answered_at", "ended_at"),
    *("agent", "device", "elder_id", "sos", "outcome", "cleared_by", "talk_s", "valid", "wait_ms", "seq", "org_id"),
    *("status", "is_valid", "number", "party_name", "name_key", "note", "version"),
)
_IN = ("answered", "abandoned", "agent_missed", "system_failure")
_OUT = ("answered", "remote_no_answer", "remote_busy", "remote_rejected", "cancelled", "system_failure")
VALID_AFTER_S = 10


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What to make: ``count`` calls up to ``now`` (UTC), taken and made by ``agents``."""

    count: int
    now: datetime
    agents: Sequence[str]


def make_calls(session: Session, random: Generator, people: Population, plan: CallPlan) -> None:
    """Store ended calls; token index and rollup are not filled."""
    bulk_insert(session, "call", COLUMNS, _rows(session, random, people, plan))


def _rows(session: Session, random: Generator, people: Population, plan: CallPlan) -> Iterator[tuple]:
    count, agents = plan.count, plan.agents
    keys = draw_keys(random, count, DAYS, plan.now)
    zone = "" if is_sqlite(session) else "+00"
    inbound = random.random(count) < 0.72
    status = np.where(
        inbound,
        random.choice(_IN, count, p=(0.92, 0.045, 0.03, 0.005)),
        random.choice(_OUT, count, p=(0.71, 0.14, 0.07, 0.03, 0.04, 0.01)),
    )
    answered = status == "answered"
    wait = np.minimum(random.exponential(6000, count), 90_000).astype(int) + 1500
    talk = np.where(answered, np.minimum(random.lognormal(4.6, 0.9, count), 5400), 0).round(1)
    begun = moments_as_text(keys, zone=zone)
    after = moments_as_text(keys + wait * 8, zone=zone)
    ended = moments_as_text(keys + (wait + talk * 1000).astype(int) * 8, zone=zone)
    who = random.choice(len(people.ids), count, p=people.weights / people.weights.sum())
    who = np.where(random.random(count) < 0.08, -1, who).tolist()
    picks = random.integers(0, 1 << 30, count).tolist()
    names = [normalise_text(name) for name in people.names]
    shared = zip(
        keys.tolist(), inbound.tolist(), status.tolist(), wait.tolist(), talk.tolist(), who, picks, strict=True
    )
    for at, (key, is_in, result, waited, talked, elder, pick) in enumerate(shared):
        known = elder >= 0
        number = people.phones[elder] if known else f"1{3 + pick % 7}{pick % 10**9:09d}"
        done = result == "answered"
        agent = agents[pick % len(agents)] if done or not is_in or result == "agent_missed" else None
        judged_valid = done and talked >= VALID_AFTER_S
        yield (
            *(f"g{key:x}", "inbound" if is_in else "outbound"),
            *((number, HOTLINE) if is_in else (agent, number)),
            *(begun[at], begun[at] if is_in else None, begun[at], after[at] if done else None, ended[at]),
            *(agent, agent, people.ids[elder] if known else None, False, result),
            "system" if result == "system_failure" else ("external", "agent")[pick & 1],
            *(talked if done else None, judged_valid, waited if is_in else None, key),
            *(people.org_ids[elder] if known else None, result, judged_valid, number),
            *(people.names[elder] if known else "", names[elder] if known else "", "", 1),
        )
