"""Whose session a secret is, and how sessions end.

Ends take effect in this process at once, before they are written; what could not be written is written later, and a
session that ran out is over whatever is written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from telephony.types import AgentId
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndedSession, EndReason, Lifetime
from xktcc_app.models.account import Account, LoginSession
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import sessions as sessions_repo
from xktcc_app.services.clock import Now, utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.session_cache import FRESH_S, Entry, SessionCache, digest

log = logging.getLogger(__name__)

Ended = Callable[[str, EndReason], None]
SAVE_SEEN_EVERY_S = 30.0
SERVE_UNREAD_S = 30.0
"""How long a session known here goes on while the database can't be read."""
ENDED_KEPT = timedelta(days=30)
FAILURES_KEPT = timedelta(days=1)


class SessionRegistry:
    """The live sessions. Its methods belong to the event loop's thread."""

    def __init__(
        self, database: Database, lifetime: Lifetime, has_live_call: Callable[[AgentId], bool], now: Now = utc_now
    ) -> None:
        self._database = database
        self._lifetime = lifetime
        self._has_live_call = has_live_call
        self._now = now
        self._cache = SessionCache()
        self._listeners: list[Ended] = []
        self._reading: dict[str, asyncio.Task[Principal | None]] = {}
        self._unwritten: dict[str, EndedSession] = {}
        self._saved_at = now()
        self._tidied_at: datetime | None = None

    # ---- whose session it is --------------------------------------------------------------------------------------------

    async def resolve(self, secret: str) -> Principal | None:
        """Whose live session this is. From memory when read within the last second, and then without waiting."""
        secret_hash = digest(secret)
        entry = self._cache.get(secret_hash)
        if entry is None or entry.age_s >= FRESH_S:
            return await self._read_once(secret_hash)
        end = self._end_by_itself(entry)
        if end is None:
            return entry.principal
        await self._end(secret_hash, entry.principal.session_id, end.reason, end.at)
        return None

    def known(self, secret: str) -> Principal | None:
        """As ``resolve``, from memory alone: exact for every session that began or was loaded in this process."""
        entry = self._cache.get(digest(secret))
        return entry.principal if entry is not None and self._end_by_itself(entry) is None else None

    def touch(self, secret: str) -> None:
        """Its user did something: the idle time begins anew. Kept in memory, saved twice a minute."""
        entry = self._cache.get(digest(secret))
        if entry is not None and self._end_by_itself(entry) is None:
            entry.seen_at, entry.unsaved = self._now(), True

    async def load(self) -> None:
        """Take up the sessions that lived when the program last stopped; to be called once, before anybody asks."""
        for entry in await self._database.read(_live_entries):
            self._cache.store(entry)
        await self.sweep()

    @property
    def live_count(self) -> int:
        """How many sessions live."""
        return len(self._cache.entries())

    async def end_reason(self, secret: str) -> EndedSession | None:
        """Why the session of ``secret`` is over; ``None`` when it lives, or was never one."""
        secret_hash = digest(secret)
        known = self._cache.end_of(secret_hash)
        if known is not None:
            return known
        row = await self._database.read(lambda session: sessions_repo.by_secret(session, secret_hash))
        if row is None:
            return None
        if row.ended_at is not None and row.end_reason is not None:
            return EndedSession(EndReason(row.end_reason), row.ended_at, row.other_address)
        entry = self._cache.get(secret_hash)
        if entry is not None:
            return self._end_by_itself(entry)
        end = self._lifetime.end_of(row.created_at, row.seen_at, self._now(), live_call=False)
        return EndedSession(*end, None) if end else None

    def on_ended(self, listener: Ended) -> Callable[[], None]:
        """Call ``listener`` with session id and reason as soon as a session ends; returns the way to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    async def reload(self) -> None:
        """Accounts or roles changed: read every session again."""
        self._cache.outdate()
        for entry in self._cache.entries():
            await self._read_once(entry.secret_hash)

    async def _read_once(self, secret_hash: str) -> Principal | None:
        """Many events of one session wait for the same read."""
        task = self._reading.get(secret_hash)
        if task is None:
            task = asyncio.create_task(self._read(secret_hash))
            self._reading[secret_hash] = task
            task.add_done_callback(lambda _: self._reading.pop(secret_hash, None))
        return await asyncio.shield(task)

    async def _read(self, secret_hash: str) -> Principal | None:
        while True:
            generation = self._cache.generation
            try:
                entry = await self._database.read(lambda session: _entry(session, secret_hash))
            except DatabaseBusyError:
                known = self._cache.get(secret_hash)
                if known is None or known.age_s > SERVE_UNREAD_S:
                    raise
                log.warning("a session is served without a look into the database")
                return known.principal
            if generation == self._cache.generation:
                break
        if entry is None or self._cache.end_of(secret_hash) is not None:
            self._forget(secret_hash)
            return None
        self._cache.store(entry)
        end = self._end_by_itself(entry)
        if end is None and not entry.disabled:
            return entry.principal
        end = end or EndedSession(EndReason.DISABLED, self._now(), None)
        await self._end(secret_hash, entry.principal.session_id, end.reason, end.at)
        return None

    def _forget(self, secret_hash: str) -> None:
        """Another process ended it; its reason is in the database."""
        known = self._cache.get(secret_hash)
        if known is None:
            return
        self._cache.drop(secret_hash)
        self._tell(known.principal.session_id, EndReason.FORCED)

    # ---- how sessions end -------------------------------------------------------------------------------------------------

    def _end_by_itself(self, entry: Entry) -> EndedSession | None:
        now, agent = self._now(), entry.principal.agent
        end = self._lifetime.end_of(entry.created_at, entry.seen_at, now, live_call=False)
        if end is not None and agent is not None and self._has_live_call(agent):
            end = self._lifetime.end_of(entry.created_at, entry.seen_at, now, live_call=True)
        return EndedSession(*end, None) if end else None

    async def _end(self, secret_hash: str, session_id: str, reason: EndReason, at: datetime | None = None) -> None:
        end = EndedSession(reason, at or self._now(), None)
        if not self._cache.end(secret_hash, end):
            return
        self._unwritten[session_id] = end
        self._tell(session_id, reason)
        await self._write_ends()

    def _announce(self, row: LoginSession, end: EndedSession) -> None:
        if self._cache.end(row.secret_hash, end):
            self._tell(row.id, end.reason)

    def _tell(self, session_id: str, reason: EndReason) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(session_id, reason)
            except Exception:
                log.exception("a listener failed at a session's end")  # the others must still hear of it

    async def _write_ends(self) -> None:
        ends = dict(self._unwritten)
        try:
            await self._database.write(
                lambda session: [sessions_repo.end(session, key, end.reason, end.at) for key, end in ends.items()]
            )
        except DatabaseBusyError:
            log.warning("ends of sessions are written later", extra={"count": len(ends)})
            return
        for key in ends:
            self._unwritten.pop(key, None)

    async def end_account(self, account_id: int, reason: EndReason) -> None:
        """End the account's session at once, here and in the database."""
        for entry in self._cache.of_account(account_id):
            await self._end(entry.secret_hash, entry.principal.session_id, reason)
        live = await self._database.read(lambda session: sessions_repo.live_of(session, account_id))
        if live is not None:
            await self._end(live.secret_hash, live.id, reason)

    # ---- now and then ---------------------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """To be called about once a second: ends what ran out, saves who was active, forgets what is old."""
        for entry in self._cache.entries():
            end = self._end_by_itself(entry)
            if end is not None:
                await self._end(entry.secret_hash, entry.principal.session_id, end.reason, end.at)
        if self._unwritten:
            await self._write_ends()
        now = self._now()
        if (now - self._saved_at).total_seconds() >= SAVE_SEEN_EVERY_S:
            self._saved_at = now
            await self.save_seen()
        if self._tidied_at is None or now - self._tidied_at >= timedelta(hours=1):
            self._tidied_at = now
            await self._database.write(
                lambda session: sessions_repo.forget_before(session, now - ENDED_KEPT, now - FAILURES_KEPT)
            )

    async def save_seen(self) -> None:
        """Write when each session was last active."""
        changed = [entry for entry in self._cache.entries() if entry.unsaved]
        seen = {entry.principal.session_id: entry.seen_at for entry in changed}
        if not seen:
            return
        await self._database.write(lambda session: sessions_repo.mark_seen(session, seen))
        for entry in changed:
            entry.unsaved = entry.seen_at != seen[entry.principal.session_id]


def _entry(session: Session, secret_hash: str) -> Entry | None:
    found = sessions_repo.with_account(session, secret_hash)
    return _entry_of(session, *found) if found else None


def _live_entries(session: Session) -> list[Entry]:
    return [_entry_of(session, row, account) for row, account in sessions_repo.all_live(session)]


def _entry_of(session: Session, row: LoginSession, account: Account) -> Entry:
    principal = accounts_repo.principal_of(session, account, row.id, row.address)
    return Entry(row.secret_hash, principal, row.created_at, row.seen_at, disabled=not account.active)
