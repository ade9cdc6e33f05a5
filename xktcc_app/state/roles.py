"""The page of roles: which there are, and the one that is edited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.admin_forms import RoleForm
from xktcc_app.domain.permissions import DataScope
from xktcc_app.domain.principal import Principal
from xktcc_app.services.resources import Node
from xktcc_app.services.roles import RoleRow
from xktcc_app.state.outcome import tried
from xktcc_app.state.role_tree import changes, lines_of, tick

FIRST = "supervisor"
"""Which role is open at first, if there is one: the one that is looked at most."""


class RolesState(rx.State):
    """``/roles``. ``role``: the open one; its ``version`` 0: a new one. ``tree``, ``changed``: see ``role_tree``.

    ``ticked_count``: functions that are ticked. ``dirty``: name, description or scope were touched. ``uses``: what keeps it
    from being deleted.
    """

    loaded: bool = False
    busy: bool = False
    failure: str = ""
    error_code: str = ""
    said: str = ""
    roles: list[dict[str, Any]] = []
    role: dict[str, Any] = {}
    scope: str = DataScope.OWN.value
    tree: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    ticked_count: int = 0
    dirty: bool = False
    faults: dict[str, str] = {}
    uses: list[dict[str, Any]] = []
    _ticked: set[str] = set()
    _before: set[str] = set()
    _nodes: tuple[Node, ...] = ()
    _rows: dict[str, RoleRow] = {}

    @rx.event
    async def load(self) -> None:
        """Read all roles; open one."""
        await self._read()
        if not self.failure:
            self._open(str(self.role.get("code") or FIRST))

    @rx.event
    async def open_role(self, code: str) -> None:
        """Edit the role ``code``; what was not saved is given up."""
        self._open(code)

    @rx.event
    async def open_new(self) -> None:
        """An empty role."""
        self._show(RoleRow("", "", "", DataScope.OWN.value, False, 0, 0, 0, frozenset()), set())

    @rx.event
    async def copy_role(self) -> None:
        """A new role with the functions of the open one."""
        ticked, scope = set(self._ticked), self.scope
        description = str(self.role.get("description", ""))
        self._show(RoleRow("", "", description, scope, False, 0, 0, 0, frozenset()), ticked)

    @rx.event
    async def tick(self, code: str) -> None:
        """Tick or untick a function, or all below a page or group."""
        self._ticked = tick(self._nodes, self._ticked, code)
        self._draw()

    @rx.event
    async def tick_all(self, on: bool) -> None:
        """Everything, or nothing."""
        groups = [node.code for node in self._nodes if not node.parent]
        ticked: set[str] = set()
        for code in groups if on else ():
            ticked = tick(self._nodes, ticked, code)
        self._ticked = ticked
        self._draw()

    @rx.event
    async def choose_scope(self, scope: str) -> None:
        """Whose data the role sees."""
        self.scope, self.dirty = scope, True

    @rx.event
    async def touch(self) -> None:
        """Name or description was edited."""
        self.dirty = True

    @rx.event
    async def give_up(self) -> None:
        """Everything as it is stored."""
        self._open(str(self.role.get("code") or FIRST))

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """Store the open role. When something is wrong, or somebody was quicker, nothing is lost and nothing is stored."""
        self.busy, self.error_code, self.said, self.faults = True, "", "", {}
        yield
        version = int(self.role.get("version", 0))
        code = str(self.role["code"]) if version else str(form.get("code", ""))
        typed = RoleForm(
            *(code, str(form.get("name", "")), str(form.get("description", "")), self.scope, frozenset(self._ticked))
        )

        async def work(services: Services, who: Principal) -> str:
            if version:
                await services.roles.update(who, version, typed)
                return code
            return await services.roles.create(who, typed)

        outcome = await tried(self, work)
        self.busy, self.error_code, self.faults = False, outcome.code, outcome.faults
        if outcome.done:
            await self._read()
            self._open(outcome.value)
            self.said = "saved"

    @rx.event
    async def delete(self) -> AsyncIterator[None]:
        """Take the open role away, when nobody has it."""
        self.busy, self.error_code, self.said, self.uses = True, "", "", []
        yield
        code = str(self.role.get("code", ""))
        outcome = await tried(self, lambda services, who: services.roles.delete(who, code))
        self.busy, self.error_code, self.uses = False, outcome.code, outcome.uses
        if outcome.done:
            await self._read()
            self._open(FIRST)
            self.said = "deleted"

    async def _read(self) -> None:
        async def work(services: Services, who: Principal) -> tuple[list[RoleRow], tuple[Node, ...]]:
            return await services.roles.all(who), services.resources.tree(who)

        outcome = await tried(self, work)
        self.failure, self.loaded = outcome.code, outcome.done
        if outcome.done:
            rows, self._nodes = outcome.value
            self._rows = {row.code: row for row in rows}
            self.roles = [
                {"code": row.code, "name": row.name, "builtin": row.builtin, "members": row.members} for row in rows
            ]

    def _open(self, code: str) -> None:
        row = self._rows.get(code) or next(iter(self._rows.values()), None)
        if row is not None:
            self._show(row, set(row.codes))

    def _show(self, row: RoleRow, ticked: set[str]) -> None:
        self.role = {
            "code": row.code,
            "name": row.name,
            "description": row.description,
            "builtin": row.builtin,
            "version": row.version,
            "members": row.members,
            "online": row.online,
        }
        self.scope, self.dirty, self.faults, self.error_code, self.said, self.uses = row.scope, False, {}, "", "", []
        self._before, self._ticked = set(row.codes), ticked
        self._draw()

    def _draw(self) -> None:
        self.tree = lines_of(self._nodes, self._ticked, self._before)
        self.changed = changes(self._nodes, self._before, self._ticked)
        self.ticked_count = len(self._ticked & {node.code for node in self._nodes})
