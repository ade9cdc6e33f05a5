"""What has changed since it was last told: seats, the centre, and records to be kept."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.records import Record
from telephony.types import AgentId


@dataclass(frozen=True, slots=True)
class Changes:
    """What one ``take`` found. ``records`` in the order in which things happened."""

    seats: frozenset[AgentId]
    removed: frozenset[AgentId]
    centre: bool
    records: list[Record]

    @property
    def visible(self) -> bool:
        """Whether somebody who looks on sees a difference."""
        return bool(self.seats or self.removed or self.centre)


class Outbox:
    """Gathers changes until they are taken."""

    def __init__(self) -> None:
        self._seats: set[AgentId] = set()
        self._removed: set[AgentId] = set()
        self._centre = True
        self._records: list[Record] = []

    def seat(self, agent: AgentId) -> None:
        """The seat looks different, or is new."""
        self._seats.add(agent)
        self._removed.discard(agent)

    def seat_removed(self, agent: AgentId) -> None:
        """The seat is no more."""
        self._seats.discard(agent)
        self._removed.add(agent)

    def centre(self) -> None:
        """A figure of the centre is different."""
        self._centre = True

    def keep(self, record: Record) -> None:
        """To be written."""
        self._records.append(record)

    def take(self) -> Changes:
        """Everything since the last time."""
        changes = Changes(frozenset(self._seats), frozenset(self._removed), self._centre, self._records)
        self._seats, self._removed, self._centre, self._records = set(), set(), False, []
        return changes
