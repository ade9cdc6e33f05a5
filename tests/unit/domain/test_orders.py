from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xktcc_app.domain.orders import (
    MAX_FEN,
    MAX_QUANTITY,
    TRANSITIONS,
    AmountError,
    IllegalOrderStepError,
    OrderAction,
    OrderStatus,
    Overdue,
    OverdueLimits,
    actions_from,
    amounts,
    next_status,
    overdue,
)

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("action", OrderAction)
def test_every_step_is_the_tables_or_refused(status, action):
    if action in TRANSITIONS[status]:
        assert next_status(status, action) is TRANSITIONS[status][action]
        assert action in actions_from(status)
        return
    with pytest.raises(IllegalOrderStepError) as told:
        next_status(status, action)
    assert (told.value.status, told.value.action) == (status, action)


def test_the_usual_way_leads_from_dispatch_to_settlement():
    status = OrderStatus.TO_DISPATCH
    for action in ("dispatch", "accept", "start", "finish", "rate", "settle"):
        status = next_status(status, OrderAction(action))
    assert status is OrderStatus.SETTLED
    assert actions_from(status) == ()


def test_a_refused_order_waits_for_dispatch_again():
    for status in (OrderStatus.DISPATCHED, OrderStatus.ACCEPTED):
        assert next_status(status, OrderAction.REFUSE) is OrderStatus.TO_DISPATCH


@given(st.integers(0, MAX_FEN), st.integers(1, MAX_QUANTITY), st.integers(0, MAX_FEN))
def test_amounts_always_add_up(price, quantity, subsidy):
    if price * quantity > MAX_FEN or subsidy > price * quantity:
        with pytest.raises(AmountError):
            amounts(price, quantity, subsidy)
        return
    sums = amounts(price, quantity, subsidy)
    assert sums.amount == price * quantity == sums.subsidy + sums.self_paid


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((-1, 1, 0), "unit_price"),
        ((MAX_FEN + 1, 1, 0), "unit_price"),
        ((1, 0, 0), "quantity"),
        ((1, MAX_QUANTITY + 1, 0), "quantity"),
        ((100, 2, -1), "subsidy"),
        ((100, 2, 201), "subsidy"),
    ],
)
def test_impossible_amounts_are_told_by_field(values, field):
    with pytest.raises(AmountError) as told:
        amounts(*values)
    assert told.value.field == field


@pytest.mark.parametrize(
    ("status", "waited", "since_dispatch", "expected"),
    [
        (OrderStatus.TO_DISPATCH, 30, None, None),
        (OrderStatus.TO_DISPATCH, 31, None, Overdue.DISPATCH),
        (OrderStatus.DISPATCHED, 500, 60, None),
        (OrderStatus.DISPATCHED, 500, 61, Overdue.ACCEPTANCE),
        (OrderStatus.DISPATCHED, 500, None, None),
        (OrderStatus.ACCEPTED, 500, 400, None),
    ],
)
def test_overdue(status, waited, since_dispatch, expected):
    dispatched = None if since_dispatch is None else NOW - since_dispatch * MINUTE
    assert overdue(status, NOW - waited * MINUTE, dispatched, NOW, OverdueLimits()) is expected
