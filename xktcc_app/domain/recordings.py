"""What a recording's file is worth, told from its head and its size alone; where it is kept, and how it is mended."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

HEAD_BYTES = 4096
"""How much of a file is looked at to find its sound."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}")
_CHUNK = re.compile(rb"[A-Za-z0-9 ]{4}")
_NEVER_CLOSED = 0xFFFFFFFF
_TOLERANCE_S = 2.0
_TOLERANCE_SHARE = 0.05


class FileState(StrEnum):
    """``PENDING``: not fetched yet. ``GOOD``: whole. ``CUT``: to be heard, but shorter than it should be, or torn off.

    ``BROKEN``: nothing to be heard. ``MISSING``: neither the PBX nor the archive has it. ``EXPIRED``: kept as long as configured.
    """

    PENDING = "pending"
    GOOD = "good"
    CUT = "cut"
    BROKEN = "broken"
    MISSING = "missing"
    EXPIRED = "expired"


PLAYABLE = frozenset({FileState.GOOD.value, FileState.CUT.value})


class FileFault(StrEnum):
    """Why a file is not simply good. ``HEADER``: its header was wrong and has been written anew."""

    NONE = ""
    HEADER = "header"
    SHORT = "short"
    INTERRUPTED = "interrupted"
    EMPTY = "empty"
    NOT_SOUND = "not_sound"
    BAD_NAME = "bad_name"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the telephone system said: seconds (``None``: nothing) and whether the recording ended in order."""

    duration_s: float | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is worth. ``head``: what its first bytes must become (``None``: they are right); ``size``: where it must end."""

    state: FileState
    fault: FileFault
    length_s: float
    head: bytes | None
    size: int


@dataclass(frozen=True, slots=True)
class _Wave:
    data_at: int
    declared: int
    rate: int
    block: int


def is_safe_name(name: str) -> bool:
    """Whether a recording's name can be a file's: no folders, no hidden files, nothing that a shell or browser reads otherwise."""
    return _NAME.fullmatch(name) is not None and ".." not in name


def place_of(name: str, started_at: datetime, zone: tzinfo) -> str:
    """Where below the folder a recording is kept: ``2026/11/23/<name>.wav``, by the day on which people date it."""
    return f"{started_at.astimezone(zone):%Y/%m/%d}/{name}.wav"


def judge(head: bytes, size: int, expected: Expectation) -> Verdict:
    """``head``: the first ``HEAD_BYTES`` of a file of ``size`` bytes."""
    wave = _wave(head[:size])
    if wave is None:
        fault = FileFault.EMPTY if size == 0 else FileFault.NOT_SOUND
        return Verdict(FileState.BROKEN, fault, 0, None, size)
    there = size - wave.data_at
    trusted = _is_trusted(head, wave, there)
    sound = (wave.declared if trusted else there) // wave.block * wave.block
    if sound <= 0:
        return Verdict(FileState.BROKEN, FileFault.EMPTY, 0, None, size)
    length_s = sound / (wave.rate * wave.block)
    mended = None if trusted else _mended(head, wave, sound)
    end = size if trusted else wave.data_at + sound
    state, fault = _worth(length_s, expected, trusted=trusted)
    return Verdict(state, fault, length_s, mended, end)


def _worth(length_s: float, expected: Expectation, *, trusted: bool) -> tuple[FileState, FileFault]:
    if not expected.complete:
        return FileState.CUT, FileFault.INTERRUPTED
    due = expected.duration_s
    if due is not None and length_s < due - max(_TOLERANCE_S, due * _TOLERANCE_SHARE):
        return FileState.CUT, FileFault.SHORT
    if trusted:
        return FileState.GOOD, FileFault.NONE
    # whoever wrote the file did not end it: without a word on its length nobody knows what is missing
    return (FileState.GOOD if due is not None else FileState.CUT), FileFault.HEADER


def _wave(head: bytes) -> _Wave | None:
    """The parts of a RIFF/WAVE head of plain samples (Multimedia Programming Interface 1.0, IBM and Microsoft, 1991)."""
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, form = 12, b""
    while at + 8 <= len(head):
        kind, length = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if kind == b"data":
            return _with_data(form, at + 8, length)
        if kind == b"fmt ":
            form = head[at + 8 : at + 8 + length]
        at += 8 + length + (length & 1)
    return None


def _with_data(form: bytes, data_at: int, declared: int) -> _Wave | None:
    if len(form) < 16:
        return None
    _, _, rate, _, block, _ = struct.unpack("<HHIIHH", form[:16])
    return _Wave(data_at, declared, rate, block) if rate and block else None


def _is_trusted(head: bytes, wave: _Wave, there: int) -> bool:
    """Whether the head tells how much sound there is: all the rest, or as much as another chunk stands behind."""
    if wave.declared in {0, _NEVER_CLOSED} or wave.declared > there:
        return False
    end = wave.data_at + wave.declared + (wave.declared & 1)
    if there - wave.declared <= 1:
        return True
    return end + 4 > len(head) or _CHUNK.fullmatch(head[end : end + 4]) is not None


def _mended(head: bytes, wave: _Wave, sound: int) -> bytes:
    start = bytearray(head[: wave.data_at])
    start[4:8] = (wave.data_at - 8 + sound).to_bytes(4, "little")
    start[wave.data_at - 4 : wave.data_at] = sound.to_bytes(4, "little")
    return bytes(start)
