"""The drawer of a user: form, phone, and what is done at one click."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_forms import UserForm
from xktcc_app.domain.principal import Principal
from xktcc_app.services.roles import RoleRow
from xktcc_app.state.list_query import Line
from xktcc_app.state.outcome import Outcome, tried, whole
from xktcc_app.state.users import UsersState, user_line

NEW: Line = {
    "id": 0, "account": "", "name": "", "roles": [], "org": "", "org_id": "", "agent_number": "", "phone": "none",
    "org_path": "", "phone_id": "", "has_token": False, "active": "yes", "created": "", "online": "", "version": 0,
}  # fmt: skip


MOST_ORGS = 50


async def _offered(services: Services, who: Principal, text: str) -> list[str]:
    return services.organizations.paths(who, text, MOST_ORGS)


class UserEditState(rx.State):
    """The open user; ``user["id"]`` 0: a new one. ``faults``: field → code. ``password``: a temporary one, shown this once.

    ``verdict``: what the PBX said of the phone: "", ``accepted`` or the code of what is wrong. ``said``: what was just done.
    """

    shown: bool = False
    busy: bool = False
    error_code: str = ""
    said: str = ""
    user: dict[str, Any] = NEW
    roles: list[dict[str, Any]] = []
    orgs: list[str] = []
    faults: dict[str, str] = {}
    password: str = ""
    verdict: str = ""

    @rx.event
    async def open_new(self) -> None:
        """An empty form."""
        self.reset()
        self.shown = True
        await self._read(0)

    @rx.event
    async def open_user(self, account_id: int) -> None:
        """Show the account ``account_id``."""
        self.reset()
        self.shown = True
        await self._read(account_id)

    @rx.event
    async def close(self) -> None:
        """Put it away; nothing of it stays in the browser."""
        self.reset()

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the form: a new account, or the open one. What was typed stays where it is when something is wrong."""
        self._begin()
        yield
        roles = tuple(name.removeprefix("role:") for name in form if name.startswith("role:"))
        account, name, path, agent = (str(form.get(part, "")) for part in ("account", "name", "org_id", "agent_number"))
        account_id, version = int(self.user["id"]), int(self.user["version"])

        async def work(services: Services, who: Principal) -> tuple[int, str]:
            typed = UserForm(account, name, services.organizations.at_path(who, path), roles, agent)
            if account_id:
                await services.users.update(who, account_id, version, typed)
                return account_id, ""
            return await services.users.create(who, typed)

        outcome = await tried(self, work)
        self._took(outcome, "saved")
        if outcome.done:
            account_id, self.password = outcome.value
            await self._read(account_id)
            yield UsersState.load

    @rx.event
    async def find_org(self, text: str) -> None:
        """Offer the organizations that have ``text`` in their names."""
        outcome = await tried(self, lambda services, who: _offered(services, who, text[:200]))
        self.orgs = outcome.value if outcome.done else []

    @rx.event
    async def save_phone(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store phone id and token; an empty token keeps the one that is stored."""
        self._begin()
        yield
        account_id, version = int(self.user["id"]), int(self.user["version"])
        phone, token = str(form.get("phone_id", "")), str(form.get("token", ""))
        outcome = await tried(
            self, lambda services, who: services.user_phones.give(who, account_id, version, phone, token)
        )
        self._took(outcome, "phone_saved")
        if outcome.done:
            await self._read(account_id)
            yield UsersState.load

    @rx.event
    async def test_phone(self) -> AsyncIterator[None]:
        """Ask the PBX whether it accepts the stored pair."""
        self._begin()
        yield
        account_id = int(self.user["id"])
        outcome = await tried(self, lambda services, who: services.user_phones.test(who, account_id))
        self._took(outcome, "")
        if outcome.done:
            self.verdict = outcome.value.reason or "accepted"

    @rx.event
    async def act(self, deed: str) -> AsyncIterator[Any]:
        """``disable``, ``enable``, ``reset`` the password or ``force_out`` the open account."""
        self._begin()
        yield
        account_id = int(self.user["id"])

        async def work(services: Services, who: Principal) -> str:
            match deed:
                case "disable":
                    await services.accounts.disable(who, account_id)
                case "enable":
                    await services.accounts.enable(who, account_id)
                case "force_out":
                    await services.accounts.force_out(who, account_id)
                case "reset":
                    return await services.accounts.reset_password(who, account_id)
            return ""

        outcome = await tried(self, work)
        self._took(outcome, deed)
        if outcome.done:
            await self._read(account_id)
            self.password = outcome.value
            yield UsersState.load

    def _begin(self) -> None:
        self.busy, self.error_code, self.said, self.verdict, self.password = True, "", "", "", ""

    def _took(self, outcome: Outcome, said: str) -> None:
        self.busy, self.error_code, self.faults = False, outcome.code, outcome.faults
        self.said = said if outcome.done else ""

    async def _read(self, account_id: int) -> None:
        async def work(services: Services, who: Principal) -> tuple[Line, list[RoleRow], list[str]]:
            user = user_line(services, await services.users.detail(who, account_id)) if account_id else NEW
            user = {**user, "org_path": services.organizations.path(whole(user["org_id"]))}
            return user, await services.roles.all(who), await _offered(services, who, "")

        outcome = await tried(self, work)
        if not outcome.done:
            self.error_code = outcome.code
            return
        self.user, roles, self.orgs = outcome.value
        held = set(self.user["roles"])
        self.roles = [
            {"code": role.code, "name": role.name, "scope": role.scope, "held": role.code in held} for role in roles
        ]
