"""The list of orders: every filter of its query, within a scope that can't be left out."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement
from sqlmodel import Session, select

from xktcc_app.domain.data_scope import Scope
from xktcc_app.domain.list_queries import NOT_CANCELLED, OrderQuery
from xktcc_app.domain.orders import MAX_FEN, OrderStatus
from xktcc_app.domain.paging import Page, Sort
from xktcc_app.domain.record_keys import key_at
from xktcc_app.domain.record_tokens import amount_steps
from xktcc_app.domain.text_query import like, normalise_text, query_text
from xktcc_app.domain.tokens import facet, name_query
from xktcc_app.models.order import ServiceItem, ServiceOrder
from xktcc_app.repositories.conditions import Conditions
from xktcc_app.repositories.finder import NOTHING, Ask, Found, Target, find, following
from xktcc_app.repositories.order_index import INDEX, ROLLUP
from xktcc_app.repositories.organizations import branch_ids, narrower, served
from xktcc_app.repositories.rollups import Counted, placed

_T = ServiceOrder.metadata.tables["service_order"].c
TARGET = Target(ServiceOrder.metadata.tables["service_order"], _T.id, "ix_service_order_list", INDEX)
_SORTS = {"amount": _T.amount, "appointment": _T.appointment_at}


class OrderList:
    """Finds orders within ``scope``."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._scope = replace(scope, node=served(session, scope.node))

    def find(self, query: OrderQuery, sort: Sort, page: Page) -> Found:
        """The ids of a page and the total: exact, or capped when name, provider, amount or own orders are asked for."""
        asked = self._asked(query)
        if asked is None:
            return NOTHING
        made, counted = asked
        ask = _in_period(made.ask(page, descending=sort.descending, by=_SORTS.get(sort.key)), query)
        return find(self._session, TARGET, self._placed(ask, made, counted))

    def following(self, query: OrderQuery, before: int | None, size: int) -> tuple[int, ...]:
        """The next ids below ``before``, newest first: for passing over all that is found."""
        asked = self._asked(query)
        if asked is None:
            return ()
        ask = _in_period(asked[0].ask(Page(1, size), descending=True, by=None), query)
        return following(self._session, TARGET, ask, before)

    def get(self, order_id: int) -> ServiceOrder | None:
        """One order within the scope."""
        order = self._session.get(ServiceOrder, order_id)
        if order is None or self._scope.nothing:
            return None
        if self._scope.account_id is not None:
            return order if order.created_by == self._scope.account_id else None
        if self._scope.node is None or order.org_id in branch_ids(self._session, self._scope.node):
            return order
        return None

    def _asked(self, query: OrderQuery) -> tuple[Conditions, Counted] | None:
        """The conditions within the scope, and where they are counted; ``None``: nothing can be found."""
        if self._scope.nothing:
            return None
        own = self._scope.account_id is not None
        try:
            node = narrower(self._session, None if own else self._scope.node, query.community)
        except LookupError:
            return None
        items = self._items(query)
        if items is not None and not items:
            return None
        facets: list[ColumnElement[bool]] = []
        made = self._conditions(query, items, facets, node)
        return made, Counted(ROLLUP, node, facets)

    def _placed(self, ask: Ask, made: Conditions, counted: Counted) -> Ask:
        if made.rare or made.recheck or made.ranged or made.few:
            return ask
        return placed(self._session, TARGET, counted, ask)

    def _items(self, query: OrderQuery) -> set[int] | None:
        """The service items asked for; ``None``: any. There are some hundreds at most, so they are looked at one by one."""
        service = query_text(query.service)
        if not service and not query.category:
            return None
        found = self._session.exec(select(ServiceItem)).all()
        return {
            item.id or 0
            for item in found
            if service in normalise_text(item.name) and query.category in {"", item.category}
        }

    def _conditions(
        self, query: OrderQuery, items: set[int] | None, facets: list[ColumnElement[bool]], node: int | None
    ) -> Conditions:
        made, rollup = Conditions(), ROLLUP.table.c
        if node is not None:
            made.branch(self._session, _T.org_id, node)
        if self._scope.account_id is not None:
            made.rare = True
            made.one(facet("by", self._scope.account_id), _T.created_by == self._scope.account_id, weight=1)
        if items is not None:
            made.one_of({facet("si", item) for item in items}, _T.item_id.in_(sorted(items)))
            facets.append(rollup.item_id.in_(sorted(items)))
        if query.status == NOT_CANCELLED:
            others = {facet("s", one) for one in OrderStatus if one is not OrderStatus.CANCELLED}
            made.one_of(others, _T.status != OrderStatus.CANCELLED.value)
            facets.append(rollup.status != OrderStatus.CANCELLED.value)
        elif query.status:
            made.one(facet("s", query.status), _T.status == query.status)
            facets.append(rollup.status == query.status)
        if query.payment:
            made.one(facet("pay", query.payment), _T.payment == query.payment)
            facets.append(rollup.payment == query.payment)
        if query.provider is not None:
            made.rare = True
            made.one(facet("prov", query.provider), _T.provider_id == query.provider, weight=1)
        if query.elder_id is not None:
            made.few = True
            made.rows.append(_T.elder_id == query.elder_id)
        self._text(query, made)
        return made

    @staticmethod
    def _text(query: OrderQuery, made: Conditions) -> None:
        name = query_text(query.elder)
        if name:
            made.rare = True
            made.all_of(name_query(name), _T.name_key.like(like(name), escape="\\"), exact=len(name) <= 4)
        if query.amount_from is not None or query.amount_to is not None:
            low, high = query.amount_from or 0, MAX_FEN if query.amount_to is None else query.amount_to
            row = _T.amount.between(low, high)
            steps = amount_steps(query.amount_from, query.amount_to)
            made.between(steps.tokens, row, selective=steps.selective, exact=steps.exact)


def _in_period(ask: Ask, query: OrderQuery) -> Ask:
    return replace(ask, low=query.since and key_at(query.since), high=query.until and key_at(query.until))
