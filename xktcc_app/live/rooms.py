"""Who watches the wall, grouped by what they may see: everyone in a room gets the very same delta."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from xktcc_app.domain.permissions import DataScope, Permission
from xktcc_app.domain.principal import Principal


@dataclass(frozen=True, slots=True)
class Scope:
    """Organizations whose seats a room shows, ``None`` for all of them; ``listens``: it shows too who listens to them."""

    org_ids: frozenset[int] | None
    listens: bool = False

    @classmethod
    def of(cls, principal: Principal) -> Scope:
        """The room that fits the account's data scope. ``OWN`` sees no organization's seats."""
        listens = principal.may(Permission.SEATS_LISTEN)
        if principal.scope is DataScope.ALL:
            return cls(None, listens)
        if principal.scope is DataScope.OWN:
            return cls(frozenset(), listens)
        return cls(principal.org_ids, listens)

    def covers(self, org_id: int) -> bool:
        """Whether the organization's seats belong to the room."""
        return self.org_ids is None or org_id in self.org_ids

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return self.org_ids is None


@dataclass(slots=True)
class Room:
    """One scope's watchers, what they were last told beside the seats, and who could not keep up."""

    scope: Scope
    members: set[str] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    told: dict[str, Any] = field(default_factory=dict)

    def news(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Those of ``facts`` that differ from what the room was told; remembers them as told."""
        fresh = {name: value for name, value in facts.items() if name not in self.told or self.told[name] != value}
        self.told.update(fresh)
        return fresh


@dataclass(slots=True)
class Rooms:
    """All rooms of this process; an empty one is given up."""

    _by_scope: dict[Scope, Room] = field(default_factory=dict)
    _of_sid: dict[str, Room] = field(default_factory=dict)

    def enter(self, sid: str, scope: Scope) -> Room:
        """Move the socket into the scope's room."""
        self.leave(sid)
        room = self._by_scope.setdefault(scope, Room(scope))
        room.members.add(sid)
        self._of_sid[sid] = room
        return room

    def leave(self, sid: str) -> bool:
        """Take the socket out; False when it was in no room."""
        room = self._of_sid.pop(sid, None)
        if room is None:
            return False
        room.members.discard(sid)
        room.behind.discard(sid)
        if not room.members:
            del self._by_scope[room.scope]
        return True

    def of(self, sid: str) -> Room | None:
        """The room of the socket."""
        return self._of_sid.get(sid)

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._by_scope.values()))

    def __len__(self) -> int:
        return len(self._by_scope)

    @property
    def sids(self) -> Iterable[str]:
        """Every socket in a room."""
        return tuple(self._of_sid)
