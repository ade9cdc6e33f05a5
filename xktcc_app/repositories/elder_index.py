"""Keeps the elders' token index, the counts of their facets, and the columns derived for finding.

Whoever writes elders calls ``refresh`` in the same transaction, inside ``tracked``; both here, so that neither can be forgotten alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from xktcc_app.domain.elders import PhoneKind, type_bits
from xktcc_app.domain.record_tokens import elder_facets, elder_words, node_tokens
from xktcc_app.domain.text_query import normalise_text
from xktcc_app.models.elder import Elder, ElderPhone, ElderTypeRow
from xktcc_app.repositories.organizations import ancestors
from xktcc_app.repositories.token_index import TokenIndex

INDEX = TokenIndex("elder_token")
_OWN = (PhoneKind.PHONE.value, PhoneKind.SOS.value)


def tokens(elder: Elder, nodes: Iterable[int]) -> tuple[set[str], set[str]]:
    """All tokens of an elder, and those of them that are counted; none for an archived one."""
    if elder.archived_at is not None:
        return set(), set()
    counted = elder_facets(elder.gender, elder.type_bits, elder.care_level, elder.birth_date) | node_tokens(nodes)
    return elder_words(elder.name_key, elder.numbers) | counted, counted


@contextmanager
def tracked(session: Session, ids: Sequence[int]) -> Iterator[list[int]]:
    """Within, elders may be changed; afterwards the index is right again. Add the ids of new ones to the list that is given."""
    before = _state(session, ids)
    changed = list(ids)
    yield changed
    session.flush()
    refresh_derived(session, changed)
    after = _state(session, changed)
    _replace(session, before, after)


_State = dict[int, tuple[set[str], set[str]]]


def _state(session: Session, ids: Sequence[int]) -> _State:
    if not ids:
        return {}
    elders = session.exec(select(Elder).where(col(Elder.id).in_(ids))).all()
    above = ancestors(session, {elder.org_id for elder in elders})
    return {elder.id or 0: tokens(elder, above.get(elder.org_id, ())) for elder in elders}


def _replace(session: Session, before: _State, after: _State) -> None:
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    INDEX.drop(session, [(key, before[key][0]) for key in sorted(changed & before.keys()) if before[key][0]])
    INDEX.put(session, [(key, after[key][0]) for key in sorted(changed & after.keys()) if after[key][0]])
    counts: Counter[str] = Counter()
    for key in changed:
        counts.update(after[key][1] if key in after else ())
        counts.subtract(before[key][1] if key in before else ())
    add_counts(session, counts)


def add_new(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Index elders that were inserted just now: their columns, the derived ones among them."""
    above = ancestors(session, {row["org_id"] for row in rows})
    entries, counts = [], Counter[str]()
    for row in rows:
        counted = elder_facets(row["gender"], row["type_bits"], row["care_level"], row["birth_date"])
        counted |= node_tokens(above.get(row["org_id"], ()))
        entries.append((row["id"], counted | elder_words(row["name_key"], row["numbers"])))
        counts.update(counted)
    INDEX.put(session, entries)
    add_counts(session, counts)


def derived(name: str, numbers: Iterable[str], types: Iterable[str]) -> dict[str, Any]:
    """The derived columns. ``numbers``: the own ones, the primary one first."""
    return {
        "name_key": normalise_text(name)[:128],
        "numbers": " ".join(numbers)[:400],
        "type_bits": type_bits(types),
    }


def add_counts(session: Session, counts: Counter[str]) -> None:
    """Count facets up or down; in one order always, so that two writers can't wait for each other."""
    rows = [{"token": token, "n": n} for token, n in sorted(counts.items()) if n]
    if rows:
        statement = "INSERT INTO facet_count (token, n) VALUES (:token, :n) ON CONFLICT (token) DO UPDATE SET n = facet_count.n + :n"
        session.execute(text(statement), rows)


def refresh_derived(session: Session, ids: Sequence[int]) -> None:
    """Fill the derived columns from what they are derived from."""
    elders = session.exec(select(Elder).where(col(Elder.id).in_(ids))).all()
    numbers: defaultdict[int, list[str]] = defaultdict(list)
    phones = session.exec(
        select(ElderPhone)
        .where(col(ElderPhone.elder_id).in_(ids), col(ElderPhone.kind).in_(_OWN))
        .order_by(col(ElderPhone.kind), col(ElderPhone.is_primary).desc(), col(ElderPhone.sort), col(ElderPhone.id))
    ).all()
    for phone in phones:
        numbers[phone.elder_id].append(phone.number)
    types: defaultdict[int, list[str]] = defaultdict(list)
    for row in session.exec(select(ElderTypeRow).where(col(ElderTypeRow.elder_id).in_(ids))).all():
        types[row.elder_id].append(row.type)
    for elder in elders:
        key = elder.id or 0
        for name, value in derived(elder.name, numbers[key], types[key]).items():
            setattr(elder, name, value)
        session.add(elder)
    session.flush()
