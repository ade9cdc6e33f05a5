"""What ``live`` needs of the tree of resources: the menu as the administrators ordered it."""

from __future__ import annotations

from typing import Any, Protocol

from xktcc_app.domain.principal import Principal


class Menu(Protocol):
    """The menu's tree; ``version`` grows with every change of it."""

    @property
    def version(self) -> int:
        """Which tree it is."""
        ...

    def hidden(self) -> frozenset[str]:
        """Codes of functions that nobody is shown."""
        ...

    def menu_for(self, principal: Principal) -> list[dict[str, Any]]:
        """Groups and pages in their order, with their names where the administrators gave some."""
        ...


class PlainMenu:
    """The program's own order and names."""

    version = 0

    def hidden(self) -> frozenset[str]:
        """Nothing."""
        return frozenset()

    def menu_for(self, principal: Principal) -> list[dict[str, Any]]:
        """Nothing to say."""
        del principal
        return []
