"""Calls as the browser gets them: texts and codes, numbers masked, times in the configured zone."""

from __future__ import annotations

import math
from datetime import datetime, tzinfo
from typing import Any

from telephony.types import AgentId, Direction
from xktcc_app.bootstrap import Services
from xktcc_app.services.call_views import CallDetail, CallRow, CallStepView

Record = dict[str, Any]
_EXACT_BELOW_S = 10


def second(at: datetime | None, zone: tzinfo) -> str:
    """Day and time to the second, or nothing."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""


def minutes(seconds: float) -> str:
    """``mm:ss``, an hour and more as minutes; nothing for less than none."""
    whole = int(seconds)
    return f"{whole // 60:02d}:{whole % 60:02d}" if seconds >= 0 else ""


def list_line(row: CallRow, services: Services) -> Record:
    """A line of the list."""
    return {
        "id": row.id,
        "at": second(row.started_at, services.settings.zone),
        "direction": row.direction,
        "sos": row.sos,
        "elder_id": row.elder_id or 0,
        "name": row.name,
        "number": row.number,
        "community": services.organizations.name(row.org_id) if row.org_id is not None else "",
        "agent": agent_name(row.agent, services),
        "status": row.status,
        "talk": minutes(row.talk_s),
        "valid": str(int(row.valid)),
        "corrected": row.corrected,
        "cleared_by": row.cleared_by,
        "noted": row.noted,
        "recording": row.recording,
        "recording_s": round(row.recording_s, 1),
        "editable": row.editable,
    }


def agent_name(agent: str, services: Services) -> str:
    """Number and name of an agent."""
    seat = services.bus.seats().get(AgentId(agent))
    return f"{agent} {seat.profile.name}" if seat is not None else agent


def call_record(detail: CallDetail, services: Services) -> Record:
    """A whole call, without its timeline."""
    zone = services.settings.zone
    waited = -1 if detail.row.wait_ms is None else detail.row.wait_ms / 1000
    return {
        **list_line(detail.row, services),
        "version": detail.version,
        "note": detail.note,
        "judged": str(int(detail.row.valid)) if detail.row.corrected else "",
        "answered": second(detail.answered_at, zone),
        "ended": second(detail.ended_at, zone),
        "waited": minutes(waited),
    }


def timeline(detail: CallDetail, services: Services) -> list[Record]:
    """Its steps, each with the seconds since the one before. Calls without steps have those that their moments tell."""
    zone = services.settings.zone
    return [_step(step, at, zone, services) for at, step in enumerate(detail.timeline or _moments(detail))]


def _step(step: CallStepView, at: int, zone: tzinfo, services: Services) -> Record:
    side, _, _ = step.detail.partition(":")
    return {
        "id": at,
        "kind": step.kind,
        "at": f"{step.at.astimezone(zone):%H:%M:%S}",
        "after": _seconds(step.after_s) if at else "",
        "grow": round(max(1.0, math.sqrt(max(step.after_s, 0))), 2),
        "agent": agent_name(step.agent, services) if step.agent else "",
        "side": side if step.kind == "ended" else "",
    }


def _seconds(after: float) -> str:
    return f"{after:.1f}".removesuffix(".0") if after < _EXACT_BELOW_S else str(round(after))


def _moments(detail: CallDetail) -> tuple[CallStepView, ...]:
    row = detail.row
    begin = "queued" if row.direction == Direction.INBOUND else "dialled"
    known = [(row.started_at, begin, "", ""), (detail.answered_at, "answered", row.agent, "")]
    known.append((detail.ended_at, "ended", "", row.cleared_by))
    steps, before = [], row.started_at
    for at, kind, agent, said in known:
        if at is not None:
            steps.append(CallStepView(at, (at - before).total_seconds(), kind, agent, said))
            before = at
    return tuple(steps)
