"""The list of orders."""

from __future__ import annotations

from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.list_params import order_query
from xktcc_app.domain.list_queries import NEWEST_ORDERS, ORDER_SORTS
from xktcc_app.domain.paging import Rows
from xktcc_app.domain.principal import Principal
from xktcc_app.services.order_views import OrderRow
from xktcc_app.state.list_query import Asked, Line, ListQuery, Source
from xktcc_app.state.order_record import list_line


async def _find(services: Services, who: Principal, asked: Asked) -> Rows[OrderRow]:
    query = order_query(asked.params, services.settings.zone)
    return await services.orders.search(who, query, asked.sort, asked.page)


def _line(services: Services, row: OrderRow) -> Line:
    return list_line(row, services.settings.zone)


class OrdersState(ListQuery, rx.State):
    """``/orders``."""

    @classmethod
    def _source(cls) -> Source:
        return Source(_find, _line, ORDER_SORTS, NEWEST_ORDERS)

    @rx.event
    async def changed(self) -> Any:
        """An order was made or moved on: the list is read again where it is open."""
        return OrdersState.load if self.router.url.path == "/orders" else None
