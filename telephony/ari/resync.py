"""How the driver's bookkeeping is made to agree with the PBX: after a connect wholly, by comparison for what differs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from telephony import events as cti
from telephony.ari.actions import Action
from telephony.ari.bridging import Output
from telephony.ari.commands import Note
from telephony.ari.names import bridged_call
from telephony.ari.protocol import parse_start
from telephony.ari.repair import repair
from telephony.ari.snapshot import Holdings, Picture, fetch, picture
from telephony.ari.transfer_commands import TransferCommands
from telephony.port import Capability
from telephony.types import CallId

_ALWAYS = (
    Capability.DELIVER
    | Capability.MAKE_CALL
    | Capability.HOLD
    | Capability.TRANSFER
    | Capability.CONFERENCE
    | Capability.RECORD
    | Capability.MONITOR
    | Capability.QUALITY
)
_GRACE_S = 0.05
_SECOND_LOOK_S = 1.0
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the PBX held at some time after ``since`` (monotonic seconds). ``doubtful``: calls that differed shortly before too."""

    holdings: Holdings
    since: float
    doubtful: frozenset[CallId]


class Resync(TransferCommands):
    """The commands, and the snapshots that they rest on."""

    _stale_before = 0.0
    _pbx_since: datetime | None = None

    async def _resync(self) -> cti.Snapshot:
        """Prepare the PBX for us, and take over all that it holds. Raises as ``AriClient.request``, and ``ProtocolError``."""
        self._stale_before = asyncio.get_running_loop().time()
        info = await self._pbx.info()
        self._pbx_since = parse_start(info)
        version = info.get("system", {}).get("version", "")
        answers = self._phones is not None and "embedded" in str(version)
        self._capabilities = _ALWAYS | (Capability.ANSWER if answers else Capability.NONE)
        await self._pbx.choose_events()
        holdings = await self._fetch()
        now = self._picture(holdings)
        self._book.replace_all(now.calls)
        self._live = True
        self._carry_out([*repair(now.calls.values(), now.bridges, now.strays, now.empty), *self._ears.clear(holdings)])
        self._ears.look()
        return self._snapshot(holdings, self._stale_before, reconcile=False)

    async def _look(self) -> Holdings:
        """What the PBX holds, once the events that were sent before its reply have come too."""
        holdings = await self._fetch()
        await asyncio.sleep(_GRACE_S)
        return holdings

    async def _fetch(self) -> Holdings:
        holdings = await fetch(self._pbx)
        if self._pbx.queue not in {bridge.id for bridge in holdings.bridges}:
            await self._pbx.create_queue()
        return holdings

    async def _look_again(self) -> Seen:
        """What the PBX holds and where it differs from the book, looked at twice.

        Under load an event may come long after the reply that shows the same fact already, and tells more of it: who hung
        up, and when. So only what differs both times is a difference.
        """
        since = self._book.clock()
        holdings = await self._look()
        doubtful = self._book.differing(self._picture(holdings).calls, since)
        if doubtful:
            await asyncio.sleep(_SECOND_LOOK_S)
            since = self._book.clock()
            holdings = await self._look()
        return Seen(holdings, since, doubtful)

    def _compare(self, seen: Seen) -> cti.Snapshot:
        """Correct what differs."""
        holdings, since = seen.holdings, seen.since
        now = self._picture(holdings)
        taken = self._book.adopt(now.calls, since, seen.doubtful)
        for call in taken:
            logger.error("ari.differs: a call was not as we thought and is corrected: call=%s", call.id)
        strays = [channel for channel in now.strays if self._book.is_stray(channel, since)]
        forgotten = seen.doubtful - self._book.calls.keys()
        empty = [
            bridge for bridge in now.empty if self._book.is_stray(bridge, since) or bridged_call(bridge) in forgotten
        ]
        self._carry_out([*repair(taken, now.bridges, strays, empty), *self._ears.clear(holdings)])
        if taken or forgotten:
            self._listen_anew()
        return self._snapshot(holdings, since, reconcile=True)

    def _listen_anew(self) -> None:
        """Events did not come that should have: Asterisk may hold the socket open and send nothing to it any more."""
        raise NotImplementedError

    def _carry_out(self, outputs: Iterable[Output]) -> list[cti.Event]:
        """Begin the actions among ``outputs``; returns the events."""
        told = []
        for output in outputs:
            if isinstance(output, Action):
                self._lanes.submit(output)
            else:
                told.append(output)
        return told

    def _picture(self, holdings: Holdings) -> Picture:
        known = {leg.channel: Note(leg.phone_hold, leg.muted) for leg in self._book.legs.values()}
        return picture(holdings, self._pbx.app, known)

    def _snapshot(self, holdings: Holdings, since: float, *, reconcile: bool) -> cti.Snapshot:
        devices = self._devices.reset(holdings.endpoints, since)
        calls = tuple(call.snapshot() for call in self._book.calls.values())
        return cti.Snapshot(datetime.now(UTC), devices, calls, reconcile, self._pbx_since)
