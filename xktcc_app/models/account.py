"""Accounts, their roles, their sessions and what is remembered of wrong passwords."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Index, text
from sqlmodel import Field

from xktcc_app.models.base import Table, UtcDateTime


class Account(Table, table=True):
    """Who may log in. ``account`` is kept in lower case; ``agent_number`` is the seat's number on the wall.

    ``phone_id`` belongs to one account at most; ``phone_token`` is encrypted and never shown again.
    """

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=64)
    password_hash: str = Field(max_length=255)
    must_change_password: bool = False
    active: bool = True
    org_id: int | None = Field(default=None, foreign_key="organization.id", index=True)
    agent_number: str | None = Field(default=None, max_length=20, unique=True)
    phone_id: str | None = Field(default=None, max_length=64, unique=True)
    phone_token: str | None = Field(default=None, max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime)
    version: int = 1


class Role(Table, table=True):
    """A named set of permissions and whose data it sees (``DataScope``). A ``builtin`` one came with the program and stays."""

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=64)
    scope: str = Field(max_length=10)
    description: str = Field(default="", max_length=200)
    builtin: bool = False
    version: int = 1


class RolePermission(Table, table=True):
    """A permission, or a resource that the administrators made, that a role has; unknown codes are passed over."""

    role_id: int = Field(foreign_key="role.id", primary_key=True, ondelete="CASCADE")
    permission: str = Field(primary_key=True, max_length=40)


class Resource(Table, table=True):
    """A node of the tree of functions. ``name`` "" and ``route`` "" are the program's own; ``builtin`` came from the program."""

    code: str = Field(primary_key=True, max_length=40)
    parent: str | None = Field(default=None, max_length=40)
    kind: str = Field(max_length=10)
    name: str = Field(default="", max_length=64)
    route: str = Field(default="", max_length=200)
    sort: int = 0
    shown: bool = True
    builtin: bool = True


class AccountRole(Table, table=True):
    """A role that an account has."""

    account_id: int = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    role_id: int = Field(foreign_key="role.id", primary_key=True, index=True)


class LoginSession(Table, table=True):
    """A session. Only the SHA-256 of its cookie's secret is stored; an account has one live session at most."""

    __table_args__: ClassVar = (
        Index(
            "uq_login_session_live",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True, max_length=36)
    secret_hash: str = Field(max_length=64, unique=True)
    account_id: int = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    address: str = Field(max_length=64)
    user_agent: str = Field(max_length=300)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
    end_reason: str | None = Field(default=None, max_length=20)
    other_address: str | None = Field(default=None, max_length=64)


class LoginThrottle(Table, table=True):
    """Wrong passwords of an account as typed, or of an address; ``key`` is a digest, as a password may have been typed there."""

    key: str = Field(primary_key=True, max_length=64)
    failures: int
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
