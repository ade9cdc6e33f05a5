"""Calls as they leave the server: telephone numbers masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xktcc_app.domain.masking import mask_number
from xktcc_app.domain.recordings import PLAYABLE
from xktcc_app.models.call import Call, CallStep, Recording


@dataclass(frozen=True, slots=True)
class CallRow:
    """A line of the list. Seconds; ``talk_s`` -1: never answered. ``status``: a ``CallOutcome`` or ``open``.

    ``recording``: the ``domain.recordings.FileState`` of its recording, "" when there is none; ``recorded``: it can be heard,
    for ``recording_s``.
    """

    id: str
    started_at: datetime
    direction: str
    number: str
    elder_id: int | None
    name: str
    agent: str
    status: str
    valid: bool
    corrected: bool
    talk_s: float
    wait_ms: int | None
    cleared_by: str
    sos: bool
    noted: bool
    recorded: bool
    editable: bool
    recording: str = ""
    recording_s: float = 0
    org_id: int | None = None


@dataclass(frozen=True, slots=True)
class CallStepView:
    """A step of the timeline, ``after_s`` seconds after the one before."""

    at: datetime
    after_s: float
    kind: str
    agent: str
    detail: str


@dataclass(frozen=True, slots=True)
class RecordingView:
    """A recording of the call; ``complete`` False: cut off, ``None``: it still runs. ``offset_s`` after the call's begin.

    ``state``: a ``domain.recordings.FileState``; ``fault``: a ``FileFault``. ``length_s``: what is to be heard.
    """

    name: str
    started_at: datetime
    duration_s: float | None
    complete: bool | None
    offset_s: float
    state: str
    fault: str
    length_s: float | None


@dataclass(frozen=True, slots=True)
class CallDetail:
    """A whole call."""

    row: CallRow
    version: int
    note: str
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str
    timeline: tuple[CallStepView, ...]
    recordings: tuple[RecordingView, ...]


def row_of(call: Call, *, recording: Recording | None, editable: bool) -> CallRow:
    """A line of the list."""
    return CallRow(
        id=call.id,
        started_at=call.started_at,
        direction=call.direction,
        number=mask_number(call.number),
        elder_id=call.elder_id,
        name=call.party_name,
        agent=call.agent or "",
        status=call.status,
        valid=call.is_valid,
        corrected=call.judged is not None,
        talk_s=-1 if call.talk_s is None else call.talk_s,
        wait_ms=call.wait_ms,
        cleared_by=call.cleared_by or "",
        sos=call.sos,
        noted=bool(call.note),
        recorded=recording is not None and recording.state in PLAYABLE,
        editable=editable,
        recording=recording.state if recording else "",
        recording_s=(recording.length_s or 0) if recording else 0,
        org_id=call.org_id,
    )


def detail_of(call: Call, row: CallRow, steps: list[CallStep], recordings: list[Recording]) -> CallDetail:
    """The whole call."""
    views = []
    before = call.started_at
    for step in steps:
        after = (step.at - before).total_seconds()
        views.append(CallStepView(step.at, after, step.kind, step.agent or "", step.detail))
        before = step.at
    return CallDetail(
        row=row,
        version=call.version,
        note=call.note,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        cause=call.cause or "",
        timeline=tuple(views),
        recordings=tuple(_recording_of(call, one) for one in recordings),
    )


def _recording_of(call: Call, one: Recording) -> RecordingView:
    return RecordingView(
        name=one.name,
        started_at=one.started_at,
        duration_s=one.duration_s,
        complete=one.complete,
        offset_s=(one.started_at - call.started_at).total_seconds(),
        state=one.state,
        fault=one.fault,
        length_s=one.length_s,
    )
