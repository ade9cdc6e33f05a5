"""Keeps the calls' token index, rollup and the columns that lists need. Calls are written inside ``tracked``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmodel import Session, col, select

from telephony.types import Direction
from xktcc_app.domain.masking import normalise_number
from xktcc_app.domain.record_keys import day_begin, key_at, moment_of, rollup_day
from xktcc_app.domain.record_tokens import call_facets, node_tokens, validity_token
from xktcc_app.domain.text_query import normalise_text
from xktcc_app.domain.tokens import name_tokens, number_tokens
from xktcc_app.models.account import Account
from xktcc_app.models.call import Call, CallRollup
from xktcc_app.models.elder import Elder
from xktcc_app.repositories import rollups
from xktcc_app.repositories.organizations import ancestors
from xktcc_app.repositories.token_index import TokenIndex

INDEX = TokenIndex("call_token")
ROLLUP = rollups.Rollup(
    CallRollup.metadata.tables["call_rollup"], "day", day_begin, lambda key: rollup_day(moment_of(key))
)


def tokens(call: Call, nodes: Iterable[int]) -> set[str]:
    """All tokens of a call."""
    coded = call_facets(call.direction, call.status, call.agent, call.cleared_by, call.talk_s)
    words = name_tokens(call.name_key) | number_tokens([call.number])
    return coded | words | node_tokens(nodes) | {validity_token(valid=call.is_valid)}


@dataclass(frozen=True, slots=True)
class _State:
    tokens: frozenset[str]
    places: tuple[tuple[int, int, str, str, bool], ...]


@contextmanager
def tracked(session: Session, ids: Sequence[str]) -> Iterator[None]:
    """Within, calls may be written by any means; afterwards their list columns, index and rollup are right again."""
    session.flush()
    before = _states(session, _calls(session, ids))
    yield
    session.flush()
    # an upsert goes past the session: what it holds of these calls is old
    session.expire_all()
    calls = _calls(session, ids)
    _derive(session, calls)
    after = _states(session, calls)
    moved = [key for key in sorted(after) if before.get(key) != after[key]]
    INDEX.drop(session, [(key, before[key].tokens) for key in moved if key in before])
    INDEX.put(session, [(key, after[key].tokens) for key in moved])
    counts: Counter[tuple] = Counter()
    for key in moved:
        counts.subtract(before[key].places if key in before else ())
        counts.update(after[key].places)
    rollups.add(session, ROLLUP.table, counts)


def _calls(session: Session, ids: Sequence[str]) -> list[Call]:
    return list(session.exec(select(Call).where(col(Call.id).in_(ids)).order_by(col(Call.started_at))).all())


def _states(session: Session, calls: Sequence[Call]) -> dict[int, _State]:
    above = ancestors(session, {call.org_id for call in calls})
    return {call.seq: _state(call, above.get(call.org_id, ())) for call in calls if call.seq is not None}


def _state(call: Call, nodes: tuple[int, ...]) -> _State:
    day = rollup_day(moment_of(call.seq or 0))
    places = tuple((node, day, call.direction, call.status, call.is_valid) for node in (rollups.WHOLE, *nodes))
    return _State(frozenset(tokens(call, nodes)), places)


def _derive(session: Session, calls: Sequence[Call]) -> None:
    elders = _by_key(session, Elder, {call.elder_id for call in calls})
    agents = {
        account.agent_number: account.org_id
        for account in session.exec(
            select(Account).where(col(Account.agent_number).in_({call.agent for call in calls if call.agent}))
        ).all()
    }
    _give_keys(session, [call for call in calls if call.seq is None])
    for call in calls:
        elder = elders.get(call.elder_id)
        call.status = call.outcome or "open"
        call.is_valid = bool(call.valid if call.judged is None else call.judged)
        call.number = normalise_number(call.caller if call.direction == Direction.INBOUND.value else call.called)
        call.party_name = elder.name if elder else ""
        call.name_key = normalise_text(call.party_name)
        call.org_id = elder.org_id if elder else agents.get(call.agent)
        session.add(call)
    session.flush()


def _by_key(session: Session, table: type[Elder], keys: set[int | None]) -> dict[int | None, Elder]:
    wanted = {key for key in keys if key is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(table).where(col(table.id).in_(wanted))).all()}


def _give_keys(session: Session, calls: Sequence[Call]) -> None:
    """Each gets the key of its moment, or the next that is free."""
    if not calls:
        return
    wanted = [key_at(call.started_at) for call in calls]
    taken = set(session.exec(select(Call.seq).where(col(Call.seq).in_(wanted))).all())
    for call, key in zip(calls, wanted, strict=True):
        call.seq = _free_key(session, key, taken) if key in taken else key
        taken.add(call.seq)


def _free_key(session: Session, key: int, given: set[int | None]) -> int:
    """The first after ``key`` that no call has, and none of ``given``."""
    with session.no_autoflush:
        taken = given.union(session.exec(select(Call.seq).where(col(Call.seq).between(key, key + 1000))).all())
    while key in taken:
        key += 1
    return key
