"""What is over, kept for a while so that a late repetition can't raise it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

KEPT = 5000  # half an hour of a centre with 10,000 calls an hour; repetitions come within seconds

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The newest of what was added, by key."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._items: OrderedDict[K, V] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._items

    def add(self, key: K, item: V) -> None:
        """Remember ``item``, forgetting the oldest when there are too many."""
        self._items[key] = item
        self._items.move_to_end(key)
        if len(self._items) > self._kept:
            self._items.popitem(last=False)

    def get(self, key: K) -> V | None:
        """What was added under ``key``, if it is still remembered."""
        return self._items.get(key)

    def pop(self, key: K) -> V | None:
        """Forget ``key`` and return what was added under it, if anything."""
        return self._items.pop(key, None)
