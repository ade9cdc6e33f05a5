"""The list of elders: every filter of its query, within a scope that can't be left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import prod

from sqlalchemy import ColumnElement, false
from sqlmodel import Session, col, select

from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.elders import born_between, type_bits
from xktcc_app.domain.list_queries import ElderQuery
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.record_tokens import ALL
from xktcc_app.domain.text_query import like, query_digits, query_text
from xktcc_app.domain.tokens import NUMBER_PART, facet, name_query, number_query, sound_query
from xktcc_app.models.call import Call
from xktcc_app.models.elder import Elder, FacetCount
from xktcc_app.models.organization import Organization
from xktcc_app.repositories.conditions import Conditions
from xktcc_app.repositories.elder_index import INDEX
from xktcc_app.repositories.finder import NOTHING, Ask, Found, Target, find, following
from xktcc_app.repositories.organizations import narrower, served
from xktcc_app.repositories.token_index import Wanted

_T = Elder.metadata.tables["elder"].c
ACTIVE = Target(Elder.metadata.tables["elder"], _T.id, "ix_elder_list", INDEX)
ARCHIVED = replace(ACTIVE, index="ix_elder_archived")
_SORTS = {"name": _T.name_key, "number": _T.number, "birth_date": _T.birth_date}
_SELECTIVE = 0.3
"""Ages of a greater part than this are not asked of the tokens: reading their lists would take longer than looking at rows."""
_COMMON = 0.05
"""From this share of all on, walking meets a page's rows soon."""


class ElderList:
    """Finds elders within ``scope``; ages are those of ``today``."""

    def __init__(self, session: Session, scope: Scope, today: date) -> None:
        self._session = session
        self._scope = replace(scope, node=served(session, scope.node))
        self._today = today

    def find(self, query: ElderQuery, sort: Sort, page: Page) -> Found:
        """The ids of a page and the total; capped when text or several facets are asked for."""
        conditions = self._asked(query)
        if conditions is None:
            return NOTHING
        ask = conditions.ask(page, descending=sort.descending, by=_SORTS.get(sort.key))
        if query.archived:
            return find(self._session, ARCHIVED, _archived(ask))
        return find(self._session, ACTIVE, self._weighed(ask, conditions))

    def following(self, query: ElderQuery, before: int | None, size: int) -> tuple[int, ...]:
        """The next ids below ``before``, newest first: for passing over all that is found."""
        conditions = self._asked(query)
        if conditions is None:
            return ()
        ask = conditions.ask(Page(1, size), descending=True, by=None)
        if query.archived:
            return following(self._session, ARCHIVED, _archived(ask), before)
        return following(self._session, ACTIVE, ask, before)

    def get(self, elder_id: int, *, own_calls: bool = True) -> Elder | None:
        """One elder within the scope; an agent may also open those whom the own calls were with."""
        elder = self._session.get(Elder, elder_id)
        if elder is None or self._scope.nothing:
            return None
        if self._scope.node is None or self._in_node(elder) or (own_calls and self._has_called(elder_id)):
            return elder
        return None

    def _in_node(self, elder: Elder) -> bool:
        top = self._session.get(Organization, self._scope.node)
        own = self._session.get(Organization, elder.org_id) if elder.org_id is not None else None
        return top is not None and own is not None and top.low <= own.low <= top.high

    def _has_called(self, elder_id: int) -> bool:
        if not self._scope.agent:
            return False
        statement = select(Call.id).where(Call.elder_id == elder_id, Call.agent == self._scope.agent).limit(1)
        return self._session.exec(statement).first() is not None

    def _asked(self, query: ElderQuery) -> Conditions | None:
        """The conditions within the scope; ``None``: nothing can be found."""
        if self._scope.nothing:
            return None
        try:
            node = narrower(self._session, self._scope.node, query.community)
        except LookupError:
            return None
        return self._conditions(query, node)

    def _conditions(self, query: ElderQuery, node: int | None) -> Conditions | None:
        made = Conditions()
        made.rows.append(col(Elder.archived_at).is_not(None) if query.archived else col(Elder.archived_at).is_(None))
        if node is not None:
            made.branch(self._session, _T.org_id, node)
        if query.gender:
            made.one(facet("g", query.gender), _T.gender == query.gender)
        if query.care_level:
            made.one(facet("c", query.care_level), _T.care_level == query.care_level)
        if query.types:
            mask = type_bits(query.types)
            bits = _T.type_bits.op("&")(mask) != 0 if mask else false()
            made.one_of({facet("t", kind) for kind in query.types}, bits)
        self._age(query, made)
        self._name(query_text(query.name), made)
        return made if self._phone(query.phone, made) else None

    def _age(self, query: ElderQuery, made: Conditions) -> None:
        first, last = born_between(self._today, query.youngest, query.oldest)
        if first is None and last is None:
            return
        low, high = first or date(1880, 1, 1), last or self._today
        born: ColumnElement[bool] = _T.birth_date.between(low, high)
        years = range(max(low.year, 1880), high.year + 1)
        tokens = {facet("y", year) for year in years} or {facet("y", "none")}
        made.between(tokens, born, selective=self._share(tokens) < _SELECTIVE)

    def _share(self, tokens: set[str]) -> float:
        """Which part of all elders has one of the tokens, of which nobody has two."""
        rows = self._session.exec(select(FacetCount).where(col(FacetCount.token).in_({*tokens, ALL}))).all()
        counts = {row.token: row.n for row in rows}
        return sum(counts.get(token, 0) for token in tokens) / max(counts.get(ALL, 0), 1)

    def _name(self, name: str, made: Conditions) -> None:
        if not name:
            return
        made.rare = True
        contains = _T.name_key.like(like(name), escape="\\")
        sounds = sound_query(name)
        if sounds:
            made.one_of(sounds | ({facet("n", name)} if len(name) <= 4 else set()), contains)
            made.walkable = False
            return
        made.all_of(name_query(name), contains, exact=len(name) <= 4)

    def _phone(self, typed: str, made: Conditions) -> bool:
        """False: no number can have that in it."""
        digits = query_digits(typed)
        if digits is None:
            return False
        if not digits:
            return True
        made.rare = made.rare or len(digits) >= NUMBER_PART
        made.all_of(number_query(digits), _T.numbers.like(like(digits), escape="\\"), exact=len(digits) == NUMBER_PART)
        return True

    def _weighed(self, ask: Ask, made: Conditions) -> Ask:
        """With an exact total where one count says it, and the way that the counts advise."""
        if made.rare:
            return ask
        groups = [{token} for token in ask.wanted.all_of] + [set(group) for group in ask.wanted.any_of]
        names = {token for group in groups for token in group} | {ALL}
        rows = self._session.exec(select(FacetCount).where(col(FacetCount.token).in_(names))).all()
        counts = {row.token: row.n for row in rows}
        everyone = counts.get(ALL, 0)
        single = not groups or (len(groups) == 1 and len(groups[0]) == 1)
        if single and not ask.recheck and len(made.rows) <= 2:
            total = counts.get(next(iter(groups[0])), 0) if groups else everyone
            return replace(ask, total=total, common=total >= everyone * _COMMON)
        shares = [min(sum(counts.get(token, 0) for token in group) / max(everyone, 1), 1) for group in groups]
        return replace(ask, common=prod(shares) >= _COMMON)


def _archived(ask: Ask) -> Ask:
    # these are few and have no tokens
    return replace(ask, wanted=Wanted(), walkable=True)
