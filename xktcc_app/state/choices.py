"""What query forms and records let people choose from: places, providers, service items."""

from __future__ import annotations

import time

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.state.acting import attempt

FRESH_S = 30.0
INDENT = "\u3000"


class ChoicesState(rx.State):
    """Options by their ids; ``places`` are indented as they lie in the tree. ``count`` rises when they have changed."""

    places: list[dict[str, str]] = []
    providers: list[dict[str, str]] = []
    items: list[dict[str, str]] = []
    organizations: list[dict[str, str]] = []
    roles: list[dict[str, str]] = []
    count: int = 0
    _read_at: float = 0.0

    @rx.event
    async def load(self) -> None:
        """Read them, unless that was just done."""
        if time.monotonic() - self._read_at < FRESH_S:
            return
        self._read_at = time.monotonic()
        await attempt(self, self._read)

    async def _read(self, services: Services, who: Principal) -> None:
        self.places = [
            {"id": str(place.id), "name": INDENT * place.depth + place.name}
            for place in services.organizations.places(who)
        ]
        items, providers = await services.orders.choices()
        self.items = [{"id": str(item.id), "name": item.name} for item in items]
        self.providers = [{"id": str(one.id), "name": one.name} for one in providers]
        if who.may(Permission.USERS_VIEW):
            visible = services.organizations.visible(who)
            self.organizations = [{"id": str(node.id), "name": node.name} for node in visible]
            self.roles = [{"id": role.code, "name": role.name} for role in await services.roles.all(who)]
        self.count += 1
