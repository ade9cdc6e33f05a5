"""An ear at the PBX: taps on the call's channels, mixed for us party by party, and a mouth that is made when it is first used.

Each party is heard by itself: what comes *in* from the outside party's channel, and what comes in from all the others'.
Neither holds our own voice, so a supervisor who speaks has no echo; and nothing of the call's own bridge is touched
before a barge, so listening can't be noticed. Taps end with their channels; whoever comes into the call gets a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from telephony.ari.calls import Call
from telephony.ari.listen_commands import ListenCommands, part_name
from telephony.ari.names import Role
from telephony.errors import NoSuchCallError, PbxUnreachableError, TelephonyError
from telephony.listening import EarEnd, Hear, ListenMode, Party

_STARTS_WITHIN_S = 2.0
_RETRY_S = 0.15
_TRIES = 4
_UNSAID_FRAMES = 10  # 200 ms: more would be heard too late to be of use
logger = logging.getLogger(__name__)


class Mouth:
    """The channel by which a supervisor is heard, and where it is."""

    def __init__(self, channel: str, socket: ClientConnection) -> None:
        self.channel = channel
        self.bridge: str | None = None
        self._socket = socket
        self._unsaid: deque[bytes] = deque(maxlen=_UNSAID_FRAMES)
        self._news = asyncio.Event()

    def speak(self, pcm: bytes) -> None:
        """Say a frame after those that wait."""
        self._unsaid.append(pcm)
        self._news.set()

    async def hush(self) -> None:
        """Take back what has not been heard yet, here and at the PBX."""
        self._unsaid.clear()
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send("FLUSH_MEDIA")

    async def run(self) -> None:
        """Hand frames over until the socket closes."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._news.wait()
                self._news.clear()
                while self._unsaid:
                    await self._socket.send(self._unsaid.popleft())


class AriEar:
    """See ``Ear``. ``call`` gives the call as it is now, ``None`` when it is over."""

    def __init__(self, pbx: ListenCommands, call: Callable[[], Call | None], hear: Hear) -> None:
        self.id = secrets.token_hex(4)
        self._pbx = pbx
        self._call = call
        self._hear = hear
        self._mode = ListenMode.LISTEN
        self._mouth: Mouth | None = None
        self._numbers = itertools.count(1)
        self._started: dict[str, asyncio.Event] = {}
        self._bridges: list[str] = []
        self._taps: dict[tuple[str, str], str] = {}
        self._sockets: list[ClientConnection] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()
        self._seen: object = None
        self._news = asyncio.Event()
        self._end: asyncio.Future[EarEnd] = asyncio.get_running_loop().create_future()
        self._on_closed: Callable[[], object] = lambda: None

    def when_closed(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` when everything was taken away."""
        self._on_closed = callback

    # ---- what the supervisor does

    @property
    def mode(self) -> ListenMode:
        """See ``Ear``."""
        return self._mode

    async def open(self) -> None:
        """Begin to hear. Raises a ``TelephonyError``, and then has left nothing behind."""
        self._seen = self._shape()
        try:
            async with self._lock:
                await _together(*map(self._open_side, Party))
        except BaseException:
            await asyncio.shield(self.close())
            raise
        self._spawn(self._follow())

    async def switch(self, mode: ListenMode) -> None:
        """See ``Ear``. Until the move is done nothing is said, so that no word reaches whom it was not meant for."""
        async with self._lock:
            self._mode = ListenMode.LISTEN
            if self._mouth is None and mode is not ListenMode.LISTEN:
                self._mouth = await self._open_mouth()
            if self._mouth is not None:
                await self._mouth.hush()
                await self._place(self._mouth, mode)
            self._mode = mode

    def speak(self, pcm: bytes) -> None:
        """See ``Ear``."""
        if self._mouth is not None and self._mode is not ListenMode.LISTEN:
            self._mouth.speak(pcm)

    async def ended(self) -> EarEnd:
        """See ``Ear``."""
        return await asyncio.shield(self._end)

    async def close(self) -> None:
        """See ``Ear``."""
        self._finish(EarEnd.CLOSED)
        current = asyncio.current_task()
        tasks = [task for task in self._tasks if task is not current]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        channels, bridges = list(self._started), list(self._bridges)
        self._started.clear()
        self._bridges.clear()
        for error in await self._pbx.drop(channels, bridges):
            if not isinstance(error, NoSuchCallError):
                logger.warning("ari.ear_not_cleared: the next comparison clears it: ear=%s %s", self.id, error)
        for socket in self._sockets:
            socket.transport.abort()
        self._sockets.clear()
        self._on_closed()

    # ---- what the PBX tells

    def started(self, channel: str) -> None:
        """A channel of this ear can be used now."""
        if channel in self._started:
            self._started[channel].set()

    def gone(self, channel: str) -> None:
        """A channel of this ear is no more: its party left, or the PBX took it."""
        self._started.pop(channel, None)
        self._taps = {key: tap for key, tap in self._taps.items() if tap != channel}
        if self._mouth is not None and self._mouth.channel == channel:
            self._mouth, self._mode = None, ListenMode.LISTEN

    def look(self) -> None:
        """Something happened at the PBX: follow the call if it looks different."""
        shape = self._shape()
        if shape == self._seen:
            return
        self._seen = shape
        if shape is None:
            self._finish(EarEnd.CALL_OVER)
        self._news.set()

    # ---- inside

    def _shape(self) -> object:
        call = self._call()
        if call is None or call.customer is None:
            return None
        return call.customer.channel, tuple(sorted(leg.channel for leg in call.phones)), call.mix

    def _finish(self, end: EarEnd) -> None:
        if not self._end.done():
            self._end.set_result(end)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _new_channel(self) -> str:
        name = part_name(self.id, str(next(self._numbers)))
        self._started[name] = asyncio.Event()
        return name

    async def _bridge(self, name: str) -> None:
        if name not in self._bridges:
            self._bridges.append(name)
            await self._pbx.make_bridge(name)

    async def _until_started(self, channel: str) -> None:
        """Asterisk refuses commands to a channel that has not entered the application yet."""
        event = self._started.get(channel)
        if event is None:
            raise NoSuchCallError("the channel is gone")
        try:
            await asyncio.wait_for(event.wait(), _STARTS_WITHIN_S)
        except TimeoutError as error:
            raise PbxUnreachableError("a channel of an ear did not start") from error

    async def _open_side(self, party: Party) -> None:
        channel, bridge = self._new_channel(), part_name(self.id, party.name.lower())
        await _together(self._bridge(bridge), self._listen_at(party, channel), *self._new_taps(party))
        await self._pbx.join(bridge, channel, *self._tapped(party))

    async def _listen_at(self, party: Party, channel: str) -> None:
        self._spawn(self._read(party, await self._open_socket(channel)))

    async def _open_socket(self, channel: str) -> ClientConnection:
        socket = await self._pbx.media(channel)
        self._sockets.append(socket)
        await self._until_started(channel)
        return socket

    def _sources(self, party: Party) -> list[str]:
        call = self._call()
        if call is None or call.customer is None:
            return []
        if party is Party.CUSTOMER:
            return [call.customer.channel]
        return [leg.channel for leg in call.phones]

    def _new_taps(self, party: Party) -> list[Coroutine[Any, Any, None]]:
        known = self._taps
        return [self._tap(source, party.name) for source in self._sources(party) if (source, party.name) not in known]

    def _tapped(self, party: Party) -> list[str]:
        return [tap for (_source, name), tap in self._taps.items() if name == party.name]

    async def _tap(self, source: str, what: str) -> None:
        """Make a snoop on ``source``. One whose party has just left is no error: there is nobody to be heard."""
        snoop = self._new_channel()
        try:
            if what == ListenMode.WHISPER.name:
                await self._pbx.snoop(source, snoop, whisper="out")
            else:
                await self._pbx.snoop(source, snoop, spy="in")
            await self._until_started(snoop)
        except NoSuchCallError:
            self._started.pop(snoop, None)
            return
        self._taps[(source, what)] = snoop

    async def _read(self, party: Party, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                if isinstance(frame, bytes):
                    self._hear(party, frame)
        except ConnectionClosed:
            pass
        self._finish(EarEnd.CALL_OVER if self._shape() is None else EarEnd.PBX_LOST)

    # ---- following the call

    async def _follow(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            for _attempt in range(_TRIES):
                try:
                    async with self._lock:
                        await self._catch_up()
                    break
                except TelephonyError as error:
                    logger.info("ari.ear_behind: tried again: ear=%s code=%s %s", self.id, error.code, error)
                    await asyncio.sleep(_RETRY_S)
            else:  # whoever came would not be heard, and nobody would know
                self._finish(EarEnd.CALL_OVER if self._shape() is None else EarEnd.PBX_LOST)

    async def _catch_up(self) -> None:
        """Tap whoever came, and be where the call is now."""
        for party in Party:
            before = set(self._tapped(party))
            await _together(*self._new_taps(party))
            if fresh := set(self._tapped(party)) - before:
                await self._pbx.join(part_name(self.id, party.name.lower()), *fresh)
        if self._mouth is not None:
            await self._place(self._mouth, self._mode)

    # ---- speaking

    async def _open_mouth(self) -> Mouth:
        channel = self._new_channel()
        mouth = Mouth(channel, await self._open_socket(channel))
        self._spawn(mouth.run())
        return mouth

    async def _place(self, mouth: Mouth, mode: ListenMode) -> None:
        if mode is ListenMode.WHISPER:
            await self._place_beside(mouth)
            return
        call = self._call()
        wanted = call.mix if call is not None and mode is ListenMode.BARGE else None
        if wanted == mouth.bridge:
            return
        if wanted is not None:
            await self._pbx.join(wanted, mouth.channel)
        elif mouth.bridge is not None:
            with contextlib.suppress(NoSuchCallError):  # the bridge is gone, and the mouth out of it
                await self._pbx.leave(mouth.bridge, mouth.channel)
        mouth.bridge = wanted

    async def _place_beside(self, mouth: Mouth) -> None:
        """In a bridge with snoops that only whisper: to our own phones, never to a party outside."""
        bridge, what = part_name(self.id, "whisper"), ListenMode.WHISPER.name
        await self._bridge(bridge)
        call = self._call()
        ours = [] if call is None else [leg for leg in call.phones if leg.role is not Role.OUTSIDE]
        before = set(self._taps.values())
        await _together(*(self._tap(leg.channel, what) for leg in ours if (leg.channel, what) not in self._taps))
        fresh = [tap for (_source, name), tap in self._taps.items() if name == what and tap not in before]
        moved = [mouth.channel] if mouth.bridge != bridge else []
        if fresh or moved:
            await self._pbx.join(bridge, *moved, *fresh)
        mouth.bridge = bridge


async def _together(*works: Coroutine[Any, Any, None]) -> None:
    """Do all side by side; when one fails the others are called off first. Raises what went wrong, not a group of it."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
