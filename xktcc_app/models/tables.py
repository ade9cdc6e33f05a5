"""Every table at once, for the migrations."""

from __future__ import annotations

from xktcc_app.models.account import (
    Account,
    AccountRole,
    LoginSession,
    LoginThrottle,
    Resource,
    Role,
    RolePermission,
)
from xktcc_app.models.audit import AuditHead, AuditLog
from xktcc_app.models.base import Table
from xktcc_app.models.call import Call, CallRollup, CallStep, LegalHold, Recording, SeatStateLog
from xktcc_app.models.callback import Callback, CallbackCall
from xktcc_app.models.elder import Elder, ElderChange, ElderPhone, ElderTypeRow, FacetCount
from xktcc_app.models.order import OrderEvent, OrderRollup, Provider, ServiceItem, ServiceOrder
from xktcc_app.models.organization import Organization

ALL_TABLES: tuple[type[Table], ...] = (
    Organization,
    Account,
    Role,
    RolePermission,
    AccountRole,
    LoginSession,
    LoginThrottle,
    Resource,
    AuditLog,
    AuditHead,
    Elder,
    ElderTypeRow,
    ElderPhone,
    Call,
    CallStep,
    Recording,
    SeatStateLog,
    ElderChange,
    FacetCount,
    Provider,
    ServiceItem,
    ServiceOrder,
    OrderEvent,
    OrderRollup,
    CallRollup,
    Callback,
    CallbackCall,
    LegalHold,
)

metadata = Table.metadata

TOKEN_TABLES = ("elder_token", "order_token", "call_token")
"""The token indexes: full-text tables on SQLite, arrays on PostgreSQL. They are made by the migrations alone."""


def is_ours(name: str) -> bool:
    """Whether a table of the database has a model: the token indexes, and what SQLite keeps beside them, have none."""
    return not name.startswith(TOKEN_TABLES) and name != "alembic_version"
