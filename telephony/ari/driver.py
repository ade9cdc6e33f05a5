"""The CTI port over ARI: one event stream that survives lost sockets, and the commands beside it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

from telephony import events as cti
from telephony.ari import messages as ari
from telephony.ari.actions import Action
from telephony.ari.bridging import Output
from telephony.ari.calls import Leg
from telephony.ari.client import AriClient
from telephony.ari.commands import PbxCommands
from telephony.ari.lab_phones import PhoneRemote
from telephony.ari.protocol import ProtocolError, parse_event
from telephony.ari.quality import QualityPoller
from telephony.ari.resync import Resync, Seen
from telephony.ari.socket import Beat, EventSocket, Fatal, Frame, Lost, Opened
from telephony.errors import ApplicationReplacedError, PbxCredentialsError, TelephonyError
from telephony.types import Quality

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What came from beside the socket."""

    outputs: tuple[Output, ...]


@dataclass(frozen=True, slots=True)
class _Failed:
    """An action was not carried out."""

    action: Action


@dataclass(frozen=True, slots=True)
class _Measured:
    """A talking seat's figures."""

    leg: Leg
    quality: Quality


@dataclass(frozen=True, slots=True)
class _Closed:
    """The driver was closed."""


class AriDriver(Resync):
    """Asterisk, or the embedded exchange, at ``url``. To be made inside a running event loop.

    ``trunk``: the endpoint through which outside numbers are dialled; ``hotline``: the number that they see;
    ``phones``: whoever can take a phone off hook, used with the embedded exchange only. Nothing happens before ``events``.
    While the PBX can't be reached ``DriverDown`` comes again for every failed try.
    """

    def __init__(  # noqa: PLR0913 - the settings of a PBX, each by its name
        self,
        url: str,
        user: str,
        password: str,
        *,
        app: str = "xktcc",
        trunk: str = "trunk",
        hotline: str = "96000",
        phones: PhoneRemote | None = None,
    ) -> None:
        client = AriClient(url, user, password)
        super().__init__(client, PbxCommands(client, app, trunk, hotline), trunk, phones)
        self._inbox: asyncio.Queue[Any] = asyncio.Queue()
        self._socket = EventSocket(client.socket_root, app, client.authorization, self._inbox.put_nowait)
        self._tasks: list[asyncio.Task[None]] = []
        self._takers: dict[type, Callable[[Any], list[cti.Event]]] = {
            Frame: self._read,
            Beat: lambda beat: [cti.Alive(beat.at)] if self._live else [],
            Lost: lambda lost: [cti.DriverDown(_now(), lost.reason)],
            Fatal: self._give_up,
            Seen: lambda seen: [self._compare(seen)] if self._live else [],
            _Measured: self._tell_quality,
            _Failed: lambda failed: self._carry_out(self._book.failed(failed.action, _now())),
            _Outputs: lambda item: self._carry_out(item.outputs),
        }

    def reconnect_now(self) -> None:
        """Try again at once instead of waiting for the next try."""
        self._socket.reconnect_now()

    async def events(self) -> AsyncIterator[cti.Event]:
        """See ``CtiPort``."""
        poller = QualityPoller(self._pbx, self._talking_legs, lambda leg, figures: self._put(_Measured(leg, figures)))
        self._tasks = [asyncio.create_task(self._socket.run()), asyncio.create_task(poller.run())]
        while True:
            item = await self._inbox.get()
            if isinstance(item, _Closed):
                return
            if isinstance(item, Opened):
                yield cti.DriverUp(_now())
                yield await self._first_look()
                continue
            if isinstance(item, Lost):
                self._live = False
                await self._lanes.drop_all()
            for event in self._takers[type(item)](item):
                yield event
            self._ears.look()

    async def reconcile(self) -> None:
        """See ``CtiPort``. Calls that something happens to meanwhile are left out of the comparison."""
        self._put(await self._look_again())

    async def close(self) -> None:
        """See ``CtiPort``."""
        await self._ears.close()
        self._live = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._lanes.drop_all()
        self._put(_Closed())
        await self._client.close()
        if self._phones is not None:
            await self._phones.close()

    # ---- the stream

    async def _first_look(self) -> cti.Event:
        try:
            return await self._resync()
        except PbxCredentialsError:
            raise
        except TelephonyError as error:
            self._socket.drop()
            return cti.DriverDown(_now(), error.code)

    def _read(self, frame: Frame) -> list[cti.Event]:
        try:
            event = parse_event(frame.data)
        except ProtocolError as error:
            logger.warning("ari.unreadable: a message of %d bytes is left out: %s", len(frame.data), error)
            return []
        if isinstance(event, ari.Unknown):
            return []
        if isinstance(event, ari.ApplicationReplaced):
            raise ApplicationReplacedError("another client took the application over")
        if isinstance(event, ari.PeerStatusChange | ari.ContactStatusChange):
            return self._devices.apply(event)
        if (chores := self._ears.apply(event)) is not None:
            return self._carry_out(chores)
        held_by_snapshot = not self._live or frame.received < self._stale_before
        if held_by_snapshot and not isinstance(event, ari.RecordingChange):
            return []
        return self._carry_out(self._book.apply(event))

    @staticmethod
    def _give_up(fatal: Fatal) -> list[cti.Event]:
        raise fatal.error

    def _tell_quality(self, item: _Measured) -> list[cti.Event]:
        return [self._devices.measured(item.leg.device, _now(), item.quality, in_call=True)]

    # ---- from beside the socket

    def _talking_legs(self) -> list[Leg]:
        return [leg for leg in self._book.legs.values() if leg.established] if self._live else []

    def _put(self, item: object) -> None:
        self._inbox.put_nowait(item)

    @override
    def _action_failed(self, action: Action) -> None:
        self._put(_Failed(action))

    @override
    def _listen_anew(self) -> None:
        self._socket.drop()

    @override
    def _inject(self, outputs: Iterable[Output]) -> None:
        self._put(_Outputs(tuple(outputs)))


def _now() -> datetime:
    return datetime.now(UTC)
