"""The CTI port: the one way in which the rest of the program speaks to a PBX.

A command returns when the PBX took it; that it *happened* is told by the event that follows, never by the return.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import Flag, auto
from typing import Protocol

from telephony.events import Event
from telephony.listening import Ear, Hear
from telephony.types import CallId, Cause, DeviceId


class Capability(Flag):
    """What a PBX behind the port can do; a command without its capability raises ``NotSupportedError``."""

    NONE = 0
    DELIVER = auto()  # ring a seat for a waiting call
    ANSWER = auto()  # take a ringing phone off hook by command
    MAKE_CALL = auto()
    HOLD = auto()
    TRANSFER = auto()
    CONFERENCE = auto()
    RECORD = auto()
    MONITOR = auto()
    QUALITY = auto()


class CtiPort(Protocol):
    """A PBX. All methods may raise ``PbxUnreachableError`` and ``PbxRefusedError``; calls unknown: ``NoSuchCallError``."""

    @property
    def capabilities(self) -> Capability:
        """What this PBX can do; fixed after the first ``Snapshot``."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """Everything that happens, in order, for ever; reconnects by itself (``DriverDown`` … ``DriverUp``, ``Snapshot``).

        To be iterated once. Raises ``ApplicationReplacedError`` (fatal) or ``PbxCredentialsError`` (fatal).
        """
        ...

    async def deliver_call(self, call: CallId, device: DeviceId, timeout_s: float) -> None:
        """Ring ``device`` for a queued call. Follows: ``Delivered``, then ``Established`` or ``Diverted``.

        Raises ``DeviceOfflineError`` when the phone is not registered.
        """
        ...

    async def deliver_outside(self, call: CallId, number: str, timeout_s: float) -> None:
        """Call an outside ``number`` for a queued call. Follows as for a seat, of ``SECOND_EXTERNAL``."""
        ...

    async def announce(self, call: CallId, media: tuple[str, ...]) -> None:
        """Play ``media`` (the PBX's own names, one after the other) to an outside party who waits; being answered ends it."""
        ...

    async def cancel_delivery(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        """Stop ringing ``device``; the caller waits on. Follows: ``Diverted`` with ``cause``."""
        ...

    async def answer_call(self, call: CallId, device: DeviceId) -> None:
        """Take ``device`` off hook. Follows: ``Established``."""
        ...

    async def clear_connection(self, call: CallId, device: DeviceId) -> None:
        """Hang ``device`` up. In a two-party call the other side is cleared too. Follows: ``ConnectionCleared``, ``CallCleared``."""
        ...

    async def clear_call(self, call: CallId) -> None:
        """End the call for everybody. Follows: ``CallCleared`` by ``Side.SYSTEM``."""
        ...

    async def make_call(self, call: CallId, device: DeviceId, called: str) -> None:
        """Ring ``device``, and when it is up dial ``called`` (an outside number). ``call`` is chosen by us and unused so far."""
        ...

    async def hold_call(self, call: CallId, device: DeviceId) -> None:
        """Put the other side on hold. Follows: ``Held``."""
        ...

    async def retrieve_call(self, call: CallId, device: DeviceId) -> None:
        """Take the other side back from hold. Follows: ``Retrieved``."""
        ...

    async def mute(self, call: CallId, device: DeviceId) -> None:
        """Let nobody hear ``device``; it goes on hearing the others. Follows: ``Muted``."""
        ...

    async def unmute(self, call: CallId, device: DeviceId) -> None:
        """Let ``device`` be heard again. Follows: ``Unmuted``."""
        ...

    async def send_digits(self, call: CallId, device: DeviceId, digits: str) -> None:
        """Press ``digits`` (0-9 A-D * #) for whom ``device`` talks to: a consulted outside number, else the outside party.

        No event follows, because no PBX tells of it.
        """
        ...

    async def single_step_transfer(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """Blind transfer: ``device`` leaves, ``to`` rings. Follows: ``ConnectionCleared`` of ``device``, ``Delivered``.

        Then ``Transferred`` and ``Established``, or ``Diverted`` (the caller waits again). To an outside number: ``to`` is
        ``SECOND_EXTERNAL``, and ``number`` the number.
        """
        ...

    async def refuse_transfer(self, call: CallId, device: DeviceId) -> None:
        """Tell ``device``, which asked for a transfer (``TransferRequested``), that it is not carried out."""
        ...

    async def consultation_call(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """Put the outside party on hold and ring ``to`` (``number`` as in a blind transfer), to speak with ``device`` alone.

        Follows: ``Held`` unless it was held, ``ConsultationStarted``, ``Delivered``, ``Established`` of ``to``. When ``to``
        does not take it (``Diverted``) or leaves (``ConnectionCleared``), the outside party comes back: ``Retrieved``.
        """
        ...

    async def consult_at_phone(
        self, call: CallId, device: DeviceId, to: DeviceId, timeout_s: float, number: str = ""
    ) -> None:
        """Ring ``to`` for the second call that ``device`` began itself (``ConsultationRequested``).

        Follows: as for ``consultation_call``, but that the phone itself holds the outside party and takes it back.
        """
        ...

    async def refuse_consultation(self, call: CallId, device: DeviceId, cause: Cause) -> None:
        """End the second call of ``device`` (``ConsultationRequested``); ``cause`` is what the phone shows: busy or rejected."""
        ...

    async def cancel_consultation(self, call: CallId, device: DeviceId) -> None:
        """Let the consulted party go. Follows: its ``Diverted`` or ``ConnectionCleared``, and ``Retrieved``."""
        ...

    async def transfer_call(self, call: CallId, device: DeviceId) -> None:
        """Leave the outside party with the consulted one, who has answered. Follows: ``Transferred``, ``ConnectionCleared``.

        From a conference the same is done by ``clear_connection``.
        """
        ...

    async def conference_call(self, call: CallId, device: DeviceId) -> None:
        """Join the outside party to the consultation, whose other party has answered. Follows: ``Retrieved``, ``Conferenced``.

        Whoever leaves it leaves the other two together; when the outside party leaves, the call is over.
        """
        ...

    async def listen(self, call: CallId, hear: Hear) -> Ear:
        """Hear both parties of a call that is connected, unnoticed; ``hear`` gets every frame from now on.

        ``IllegalTransitionError`` when nobody talks yet.
        """
        ...

    async def renew_leg(self, call: CallId, device: DeviceId) -> None:
        """Bring the sound of a phone that was begun anew in mid-call (a page that was loaded again) back into its call.

        The phone is rung once more and is to go off hook by itself; then the new leg takes the place of the old one, without an
        event. When the phone does not, all stays as it was. ``IllegalTransitionError`` when it is not connected, or is being renewed.
        """
        ...

    async def reconcile(self) -> None:
        """Ask the PBX for all it holds now; a ``Snapshot`` with ``reconcile`` set comes in ``events()``."""
        ...

    async def close(self) -> None:
        """Let go of the PBX; calls stay up."""
        ...
