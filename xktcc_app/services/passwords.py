"""Hashing of passwords: Argon2id, in threads, a few at a time, because each takes memory and a core."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

from passlib.hash import argon2  # pyright: ignore[reportAttributeAccessIssue]  # a lazy module

THREADS = 2


class PasswordHasher:
    """``rounds`` and ``memory_kib`` are Argon2's; the defaults are those that the library recommends."""

    def __init__(self, rounds: int = argon2.default_rounds, memory_kib: int = argon2.memory_cost) -> None:
        self._argon2 = argon2.using(type="ID", rounds=rounds, memory_cost=memory_kib)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="password")
        self._threads.submit(lambda: self._nobody)  # so that the first unknown account takes no longer than the others

    def hash_now(self, password: str) -> str:
        """The hash, computed in this thread."""
        return self._argon2.hash(password)

    async def hash(self, password: str) -> str:
        """The hash to be stored."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hash_now, password)

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` is that of the hash; without one it takes as long, and is not."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.verify_now, password, stored)

    def verify_now(self, password: str, stored: str | None) -> bool:
        """As ``verify``, in this thread."""
        right = self._argon2.verify(password, stored or self._nobody)
        return right and stored is not None

    @cached_property
    def _nobody(self) -> str:
        return self.hash_now(secrets.token_urlsafe())

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown()
