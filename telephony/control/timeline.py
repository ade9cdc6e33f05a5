"""The steps of a call, as its record shows them later. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from telephony import events as ev
from telephony.call_model import Call
from telephony.records import TimelineRecord
from telephony.types import EXTERNAL, AgentId, Cause, DeviceId

LOST = Cause.LOST

KINDS: dict[type[ev.CallEvent], str] = {
    ev.Queued: "queued",
    ev.ServiceInitiated: "dialled",
    ev.Originated: "originated",
    ev.Delivered: "rang",
    ev.Established: "answered",
    ev.Held: "held",
    ev.Retrieved: "retrieved",
    ev.Diverted: "missed",
    ev.ConnectionCleared: "left",
    ev.Transferred: "transferred",
    ev.ConsultationStarted: "consulted",
    ev.Conferenced: "conferenced",
    ev.Muted: "muted",
    ev.Unmuted: "unmuted",
    ev.Failed: "failed",
    ev.CallCleared: "ended",
}


def steps(
    before: Call, event: ev.CallEvent, agent_at: Callable[[DeviceId | None], AgentId | None]
) -> list[TimelineRecord]:
    """What ``event`` adds to the timeline of the call it changed: one step, or none."""
    kind = KINDS.get(type(event))
    if kind is None:
        return []
    if isinstance(event, ev.CallCleared) and event.cause is LOST:
        return [TimelineRecord(before.id, event.at, "found_ended")]
    device: DeviceId | None = getattr(event, "device", None)
    if isinstance(event, ev.Transferred):
        device = event.to_device
    shown = None if device == EXTERNAL else device
    return [TimelineRecord(before.id, event.at, kind, agent_at(shown), device, _detail(event))]


def _detail(event: ev.CallEvent) -> str:
    cause: Cause | None = getattr(event, "cause", None)
    if isinstance(event, ev.CallCleared):
        return f"{event.cleared_by}:{event.cause}"
    if isinstance(event, ev.Transferred):
        return f"from:{event.from_device}"
    if isinstance(event, ev.ConsultationStarted):
        return f"to:{event.to_device}"
    return str(cause) if cause is not None else ""


def found(call: Call, at: datetime, agent: AgentId | None) -> TimelineRecord:
    """A snapshot showed the call in a state that no event had told; ``agent`` handles it."""
    return TimelineRecord(call.id, at, "resynchronised", agent, call.handled_by)
