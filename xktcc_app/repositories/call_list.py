"""The list of calls: every filter of its query, within a scope that can't be left out."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.list_queries import CallQuery
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.record_keys import key_at
from xktcc_app.domain.record_tokens import LONGEST_TALK_S, talk_steps
from xktcc_app.domain.text_query import like, query_digits, query_text
from xktcc_app.domain.tokens import NUMBER_PART, facet, name_query, number_query
from xktcc_app.models.call import Call
from xktcc_app.repositories.call_index import INDEX, ROLLUP
from xktcc_app.repositories.conditions import Conditions
from xktcc_app.repositories.finder import NOTHING, Ask, Found, Target, find, following
from xktcc_app.repositories.organizations import branch_ids, narrower, served
from xktcc_app.repositories.rollups import Counted, placed

_T = Call.metadata.tables["call"].c
TARGET = Target(Call.metadata.tables["call"], _T.seq, "ix_call_list", INDEX)
_SORTS = {"talk": _T.talk_s}


class CallList:
    """Finds calls within ``scope``; their keys are ``Call.seq``."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = replace(scope, node=served(session, scope.node))

    def find(self, query: CallQuery, sort: Sort, page: Page) -> Found:
        """The keys of a page and the total: exact, or capped when name, number, agent, talk or hang-up side are asked for."""
        asked = self._asked(query)
        if asked is None:
            return NOTHING
        made, counted = asked
        ask = _in_period(made.ask(page, descending=sort.descending, by=_SORTS.get(sort.key)), query)
        return find(self._session, TARGET, self._placed(ask, made, counted, query))

    def following(self, query: CallQuery, before: int | None, size: int) -> tuple[int, ...]:
        """The next keys below ``before``, newest first: for passing over all that is found."""
        asked = self._asked(query)
        if asked is None:
            return ()
        ask = _in_period(asked[0].ask(Page(1, size), descending=True, by=None), query)
        return following(self._session, TARGET, ask, before)

    def get(self, call_id: str) -> Call | None:
        """One call within the scope."""
        call = self._session.get(Call, call_id)
        if call is None or self._scope.nothing:
            return None
        if self._scope.agent is not None:
            return call if call.agent == self._scope.agent else None
        if self._scope.node is None or call.org_id in branch_ids(self._session, self._scope.node):
            return call
        return None

    def by_keys(self, keys: tuple[int, ...]) -> list[Call]:
        """The calls of a page that was found, in its order."""
        found = {call.seq: call for call in self._session.exec(select(Call).where(_T.seq.in_(keys))).all()}
        return [found[key] for key in keys if key in found]

    def _asked(self, query: CallQuery) -> tuple[Conditions, Counted] | None:
        """The conditions within the scope, and where they are counted; ``None``: nothing can be found."""
        if self._scope.nothing:
            return None
        own = self._scope.agent is not None
        try:
            node = narrower(self._session, None if own else self._scope.node, query.community)
        except LookupError:
            return None
        facets: list[ColumnElement[bool]] = []
        made = self._conditions(query, facets, node)
        return None if made is None else (made, Counted(ROLLUP, node, facets))

    def _placed(self, ask: Ask, made: Conditions, counted: Counted, query: CallQuery) -> Ask:
        if made.rare or made.recheck or made.ranged or made.few or query.cleared_by:
            return ask
        return placed(self._session, TARGET, counted, ask)

    def _conditions(self, query: CallQuery, facets: list[ColumnElement[bool]], node: int | None) -> Conditions | None:
        made, rollup = Conditions(), ROLLUP.table.c
        if node is not None:
            made.branch(self._session, _T.org_id, node)
        made.rare = self._scope.agent is not None or bool(query.agent)
        if self._scope.agent is not None:
            made.one(facet("a", self._scope.agent), _T.agent == self._scope.agent, weight=1)
        if query.agent:
            made.one(facet("a", query.agent), _T.agent == query.agent, weight=1)
        if query.cleared_by:
            made.one(facet("by", query.cleared_by), _T.cleared_by == query.cleared_by)
        if query.direction:
            made.one(facet("dir", query.direction), _T.direction == query.direction)
            facets.append(rollup.direction == query.direction)
        if query.status:
            made.one(facet("st", query.status), _T.status == query.status)
            facets.append(rollup.status == query.status)
        if query.valid in {"0", "1"}:
            made.one(facet("v", query.valid), _T.is_valid == (query.valid == "1"))
            facets.append(rollup.is_valid == (query.valid == "1"))
        if query.elder_id is not None:
            made.few = True
            made.rows.append(_T.elder_id == query.elder_id)
        return self._texts(query, made)

    @staticmethod
    def _texts(query: CallQuery, made: Conditions) -> Conditions | None:
        name, digits = query_text(query.name), query_digits(query.number)
        if digits is None:
            return None
        if name:
            made.rare = True
            row = _T.name_key.like(like(name), escape="\\")
            # two signs are rare: looking at those calls is sooner done than reading all answered ones
            made.all_of(name_query(name), row, exact=len(name) <= 4, weight=min(len(name), 2))
        if digits:
            made.rare = made.rare or len(digits) >= NUMBER_PART
            row = _T.number.like(like(digits), escape="\\")
            made.all_of(number_query(digits), row, exact=len(digits) == NUMBER_PART)
        if query.talk_from is not None or query.talk_to is not None:
            low, high = query.talk_from or 0, LONGEST_TALK_S if query.talk_to is None else query.talk_to
            row = _T.talk_s.between(low, high)
            steps = talk_steps(query.talk_from, query.talk_to)
            made.between(steps.tokens, row, selective=steps.selective, exact=steps.exact)
        return made


def _in_period(ask: Ask, query: CallQuery) -> Ask:
    # calls of a database that was not brought up to date have no key yet
    return replace(ask, low=key_at(query.since) if query.since else 0, high=query.until and key_at(query.until))
