"""Service orders: the states as one table, amounts that add up, and what is overdue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class OrderStatus(StrEnum):
    """Where an order stands. 待派单 已派单 已接单 服务中 已完成 已评价 已结算 已取消."""

    TO_DISPATCH = "to_dispatch"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    RATED = "rated"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class OrderAction(StrEnum):
    """What moves an order on. 派单 接单 拒单 开始服务 完成 评价 结算 取消; ``create`` only begins a timeline."""

    CREATE = "create"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    REFUSE = "refuse"
    START = "start"
    FINISH = "finish"
    RATE = "rate"
    SETTLE = "settle"
    CANCEL = "cancel"


class OrderSource(StrEnum):
    """How an order came about. 来电 外呼 SOS 上门."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    SOS = "sos"
    VISIT = "visit"


class ServiceCategory(StrEnum):
    """Kinds of service. 助餐 助浴 助洁 助医 助急 助行 助购 康复护理 精神慰藉 其他."""

    MEALS = "meals"
    BATHING = "bathing"
    CLEANING = "cleaning"
    MEDICAL = "medical"
    EMERGENCY = "emergency"
    MOBILITY = "mobility"
    SHOPPING = "shopping"
    REHABILITATION = "rehabilitation"
    COMPANIONSHIP = "companionship"
    OTHER = "other"


class PaymentMethod(StrEnum):
    """Who pays, or with what. 政府购买 服务券 现金 微信 支付宝 记账."""

    GOVERNMENT = "government"
    VOUCHER = "voucher"
    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    ON_ACCOUNT = "on_account"


class Priority(StrEnum):
    """How urgent an order is. 普通 加急 紧急."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


_S, _A = OrderStatus, OrderAction
TRANSITIONS: Mapping[OrderStatus, Mapping[OrderAction, OrderStatus]] = {
    # 拒单 sends the order back to 待派单; the refusal itself stays in the timeline
    _S.TO_DISPATCH: {_A.DISPATCH: _S.DISPATCHED, _A.CANCEL: _S.CANCELLED},
    _S.DISPATCHED: {_A.ACCEPT: _S.ACCEPTED, _A.REFUSE: _S.TO_DISPATCH, _A.CANCEL: _S.CANCELLED},
    _S.ACCEPTED: {_A.START: _S.IN_SERVICE, _A.REFUSE: _S.TO_DISPATCH, _A.CANCEL: _S.CANCELLED},
    _S.IN_SERVICE: {_A.FINISH: _S.COMPLETED},
    _S.COMPLETED: {_A.RATE: _S.RATED, _A.SETTLE: _S.SETTLED},
    _S.RATED: {_A.SETTLE: _S.SETTLED},
    _S.SETTLED: {},
    _S.CANCELLED: {},
}
"""Every legal step; whatever is not here is refused."""


class IllegalOrderStepError(Exception):
    """The order can't take this step from where it stands."""

    code = "illegal_order_step"

    def __init__(self, status: OrderStatus, action: OrderAction) -> None:
        super().__init__(f"{action} is not possible from {status}")
        self.status = status
        self.action = action


def actions_from(status: OrderStatus) -> tuple[OrderAction, ...]:
    """The steps that may be offered now, in the order of the table."""
    return tuple(TRANSITIONS[status])


def next_status(status: OrderStatus, action: OrderAction) -> OrderStatus:
    """Where ``action`` leads from ``status``. Raises ``IllegalOrderStepError``."""
    following = TRANSITIONS[status].get(action)
    if following is None:
        raise IllegalOrderStepError(status, action)
    return following


class AmountError(ValueError):
    """The amounts can't be; ``field`` names the one at fault."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} can't be")
        self.field = field


MAX_FEN = 100_000_000
"""No order costs more than a million yuan: a slip of the hand."""
MAX_QUANTITY = 10_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """Fen; ``amount`` = price × quantity = ``subsidy`` + ``self_paid``, always."""

    amount: int
    subsidy: int
    self_paid: int


def amounts(unit_price: int, quantity: int, subsidy: int) -> Amounts:
    """What an order comes to, in fen. Raises ``AmountError`` for ``unit_price``, ``quantity`` or ``subsidy`` out of bounds."""
    if not 0 <= unit_price <= MAX_FEN:
        raise AmountError("unit_price")
    if not 1 <= quantity <= MAX_QUANTITY or unit_price * quantity > MAX_FEN:
        raise AmountError("quantity")
    amount = unit_price * quantity
    if not 0 <= subsidy <= amount:
        raise AmountError("subsidy")
    return Amounts(amount, subsidy, amount - subsidy)


@dataclass(frozen=True, slots=True)
class OverdueLimits:
    """How long an order may wait to be dispatched, and then to be accepted."""

    dispatch: timedelta = timedelta(minutes=30)
    accept: timedelta = timedelta(minutes=60)


class Overdue(StrEnum):
    """What is overdue."""

    DISPATCH = "dispatch"
    ACCEPTANCE = "acceptance"


def overdue(
    status: OrderStatus, waiting_since: datetime, dispatched_at: datetime | None, now: datetime, limits: OverdueLimits
) -> Overdue | None:
    """What is overdue at ``now``. ``waiting_since``: when it was made, or last came back refused. Exactly at the limit it is not yet."""
    if status is OrderStatus.TO_DISPATCH and now - waiting_since > limits.dispatch:
        return Overdue.DISPATCH
    if status is OrderStatus.DISPATCHED and dispatched_at is not None and now - dispatched_at > limits.accept:
        return Overdue.ACCEPTANCE
    return None
