"""The live part behind a real server on a loopback port, with sessions and services that the test plays."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from types import SimpleNamespace
from typing import Any, TypeVar
from unittest.mock import AsyncMock

from reflex_base.environment import environment

from telephony.bus import MemoryBus
from telephony.types import AgentId
from telephony.views import CentreView, Patch, SeatView
from tests.support.app_apart import app_apart
from tests.support.program import free_port, wait_for
from tests.support.views import utc
from xktcc_app import bootstrap
from xktcc_app.domain.permissions import STARTING_ROLES, DataScope
from xktcc_app.domain.principal import Principal
from xktcc_app.domain.sessions import EndedSession, EndReason
from xktcc_app.domain.thresholds import Thresholds
from xktcc_app.live import live as live_module
from xktcc_app.live.live import Live
from xktcc_app.live.setup import LiveNeeds, build_live
from xktcc_app.serve import serve_until
from xktcc_app.services.flash import FlashStore
from xktcc_app.state.registry import STATES

ORGS = {1: "临江市呼叫中心", 2: "城北区服务中心", 3: "滨江区服务中心"}
T = TypeVar("T")


def principal(account: str, role: str, session: str, **changes: Any) -> Principal:
    definition = STARTING_ROLES[role]
    whole = Principal(
        account_id=1,
        account=account,
        name=f"名-{account}",
        role_names=(role,),
        permissions=definition.permissions,
        scope=definition.scope,
        org_id=1,
        org_ids=None if definition.scope is DataScope.ALL else frozenset({1}),
        session_id=session,
        must_change_password=False,
        agent=AgentId(account) if role == "agent" else None,
    )
    return replace(whole, **changes)


@dataclass
class FakeSessions:
    """Sessions by secret; ``end`` is what a later login elsewhere does."""

    known_sessions: dict[str, Principal] = field(default_factory=dict)
    touched: list[str] = field(default_factory=list)
    callbacks: list[Callable[[str, EndReason], None]] = field(default_factory=list)

    async def resolve(self, secret: str) -> Principal | None:
        return self.known_sessions.get(secret)

    def known(self, secret: str) -> Principal | None:
        return self.known_sessions.get(secret)

    def touch(self, secret: str) -> None:
        self.touched.append(secret)

    async def end_reason(self, _secret: str) -> EndedSession | None:
        return None

    def on_ended(self, listener: Callable[[str, EndReason], None]) -> Callable[[], None]:
        self.callbacks.append(listener)
        return lambda: self.callbacks.remove(listener)

    def end(self, secret: str, reason: EndReason = EndReason.PUSHED_OUT) -> None:
        gone = self.known_sessions.pop(secret)
        for callback in self.callbacks:
            callback(gone.session_id, reason)


class Recorder:
    """Stands for a service: keeps who asked for what."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        async def called(who: Principal, *arguments: Any) -> None:
            self.calls.append((name, who.account, *arguments))

        return called


class ServedLive:
    """A Reflex app without pages, its gate, guard and hub, in a thread of its own."""

    def __init__(self) -> None:
        environment.REFLEX_SKIP_COMPILE.set(True)
        self.port = free_port()
        self.sessions = FakeSessions()
        self.bus = MemoryBus()
        self.seats, self.toolbar = Recorder(), Recorder()
        self.app, around = app_apart()
        self.live: Live | None = None
        self.alive = True
        self._logins = count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=around.run, args=(self._run,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self.live is not None and _listens(self.port), 15, "the server listens")

    def stop(self) -> None:
        self.do(self._told.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        live = build_live(self.app, STATES, LiveNeeds(self.bus, self.sessions, Thresholds(), lambda: ORGS))
        running = SimpleNamespace(
            services=SimpleNamespace(
                seats=self.seats,
                listening=SimpleNamespace(shut=AsyncMock()),
                toolbar=self.toolbar,
                flashes=FlashStore(),
                sessions=self.sessions,
                retry_pbx=lambda: self.toolbar.calls.append(("retry",)),
            )
        )
        bootstrap._running.append(running)
        live_module.set_running(live)
        live.start(self.sessions)
        self._told = asyncio.Event()
        self.live = live
        heart = asyncio.create_task(self._prove())
        await serve_until(self._told, self.app, self.app(), ("127.0.0.1", self.port))
        heart.cancel()
        await live.stop()
        live_module.set_running(None)
        bootstrap._running.remove(running)

    async def _prove(self) -> None:
        while True:
            if self.alive:
                self.bus.publish(Patch(centre=replace(self.bus.centre(), last_event_at=utc())))
            await asyncio.sleep(0.5)

    def do(self, work: Callable[[], T]) -> T:
        """Run ``work`` on the server's own thread."""
        assert self._loop is not None

        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(5)

    def publish(self, *seats: SeatView, centre: CentreView | None = None, removed: tuple[str, ...] = ()) -> None:
        self.do(lambda: self.bus.publish(Patch(seats, centre, tuple(map(AgentId, removed)))))

    def log_in(self, account: str, role: str, **changes: Any) -> str:
        """A session; returns the cookie of its browser."""
        secret = f"secret-{account}-{next(self._logins)}"
        self.sessions.known_sessions[secret] = principal(account, role, f"session-of-{secret}", **changes)
        return f"xktcc_session={secret}"

    def end(self, cookie: str, reason: EndReason = EndReason.PUSHED_OUT) -> None:
        self.do(lambda: self.sessions.end(cookie.removeprefix("xktcc_session="), reason))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
