"""What may be asked of ``control``: the commands of agents and supervisors, as the services call them.

Every method raises a ``TelephonyError`` that says why not, and then nothing has changed. Who may ask is decided above.
"""

from __future__ import annotations

from typing import Protocol

from telephony.types import AgentId, AgentState
from telephony.views import SeatProfile


class Desk(Protocol):
    """The one writer of seats and calls, seen from above."""

    async def log_on(self, agent: AgentId) -> None:
        """The agent takes up the phone of their profile; state becomes BUSY. ``NotProvisionedError``, ``DeviceInUseError``."""
        ...

    async def log_off(self, agent: AgentId) -> None:
        """At once when there is no call, else booked for after it."""
        ...

    async def request_state(self, agent: AgentId, state: AgentState, reason: str | None = None) -> None:
        """READY, BUSY or NOT_READY (with a reason code); on a call or in ringing it is booked for after it."""
        ...

    async def answer(self, agent: AgentId) -> None:
        """Take the ringing call."""
        ...

    async def decline(self, agent: AgentId) -> None:
        """Let the ringing call go to another seat; this one becomes BUSY with reason ``declined``."""
        ...

    async def hang_up(self, agent: AgentId) -> None:
        """End the agent's part in the call; with nobody else of ours in it, the call.

        In a consultation or conference the others go on, so that no elder is cut off.
        """
        ...

    async def hold(self, agent: AgentId) -> None:
        """Put the other side on hold."""
        ...

    async def retrieve(self, agent: AgentId) -> None:
        """Take the other side back."""
        ...

    async def dial(self, agent: AgentId, number: str, *, pick_up: bool = False) -> None:
        """Call an outside number from a READY or BUSY seat.

        Raises ``BadNumberError``, ``BarredNumberError`` and ``EmergencyNumberError`` by the centre's rules of dialling.
        The agent's own phone rings first. ``pick_up``: take it off hook too, at a PBX that can do that.
        """
        ...

    async def mute(self, agent: AgentId) -> None:
        """Nobody hears the agent until ``unmute`` or the end of their part in the call."""
        ...

    async def unmute(self, agent: AgentId) -> None:
        """The agent is heard again."""
        ...

    async def send_digits(self, agent: AgentId, digits: str) -> None:
        """Press 1 to 32 keys (0-9 A-D * #) for the other side. ``BadDigitsError``."""
        ...

    async def transfer(self, agent: AgentId, to: AgentId) -> None:
        """Blind transfer of the agent's call to another READY seat; when nobody takes it there, the caller waits first in the queue.

        ``PeerNotFreeError``.
        """
        ...

    async def transfer_out(self, agent: AgentId, number: str) -> None:
        """Blind transfer to an outside number; when nobody answers, the caller waits first in the queue. Raises as ``dial``."""
        ...

    async def consult(self, agent: AgentId, to: AgentId) -> None:
        """Hold the call and ring another READY seat to speak with it; refused, unanswered or cancelled, the call comes back.

        ``PeerNotFreeError``.
        """
        ...

    async def consult_out(self, agent: AgentId, number: str) -> None:
        """As ``consult``, with an outside number. Raises as ``dial``."""
        ...

    async def complete_transfer(self, agent: AgentId) -> None:
        """Leave the call to the consulted party, who has answered. ``NoConsultationError``; also out of a conference."""
        ...

    async def cancel_consultation(self, agent: AgentId) -> None:
        """Let the consulted party go and take the call back. ``NoConsultationError``; also ends a conference with them."""
        ...

    async def conference(self, agent: AgentId) -> None:
        """Join all three: the agent, the outside party and the consulted one, who has answered. ``NoConsultationError``."""
        ...

    async def end_wrap_up(self, agent: AgentId) -> None:
        """Wrap-up is done; the requested state takes effect."""
        ...

    async def extend_wrap_up(self, agent: AgentId, seconds: int) -> None:
        """Wrap-up lasts ``seconds`` longer."""
        ...

    async def force_state(self, agent: AgentId, state: AgentState, by: str) -> None:
        """A supervisor sets READY, BUSY or LOGGED_OFF; ``by`` is their account, for the record. A call is never cut."""
        ...

    async def force_clear(self, agent: AgentId, by: str) -> None:
        """A supervisor ends the seat's call."""
        ...

    async def upsert_seat(self, profile: SeatProfile) -> None:
        """A seat is new or its profile changed."""
        ...

    async def remove_seat(self, agent: AgentId) -> None:
        """The seat no longer exists; one with a call is removed after it."""
        ...
