"""The wall and the records held against what the exchange and the callers know."""

from __future__ import annotations

import asyncio
import sqlite3
import time
import wave
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telephony.ari.names import Role, parse_channel_id
from tests.support.lab import Lab
from tests.support.wall_client import WallClient

ON_LINE = {"alerting", "talking", "hold"}
HEADER_BYTES = 44
UNRECORDED_S = 0.5
"""Recording begins a moment after the answer: a call that is over before has none."""


def line_of(phone: dict[str, Any], state: dict[str, Any]) -> str:
    """What the exchange knows of a phone's line: alerting, talking, hold or none."""
    legs = {ident: state["channels"][ident] for ident in phone["talking"]}
    kinds = {_answered_line(ident, leg, state) for ident, leg in legs.items()}
    for kind in ("talking", "hold", "alerting"):
        if kind in kinds:
            return kind
    return "alerting" if phone["ringing"] else "none"


def _answered_line(ident: str, leg: dict[str, Any], state: dict[str, Any]) -> str:
    if leg["held_by_phone"]:
        return "hold"
    name = parse_channel_id(ident)
    customers = [
        other
        for other_id, other in state["channels"].items()
        if name is not None
        and (
            other_id == name.call
            or ((one := parse_channel_id(other_id)) and one.call == name.call and one.role is Role.CUSTOMER)
        )
    ]
    if not any(customer["state"] == "Up" for customer in customers):
        return "alerting"
    together = any(customer["bridge"] and customer["bridge"] == leg["bridge"] for customer in customers)
    return "talking" if together else "hold"


def differences(seats: dict[str, dict[str, Any]], state: dict[str, Any]) -> list[str]:
    """Each seat that shows something else than its phone does."""
    found = []
    for ident, phone in state["phones"].items():
        seat = seats.get(ident)
        if seat is None:
            found.append(f"{ident} is missing")
            continue
        true, shown = line_of(phone, state), seat["state"] if seat["state"] in ON_LINE else "none"
        if true != shown:
            found.append(f"{ident} shows {seat['state']}, its line is {true}")
        if phone["registered"] == (seat["network"] == "offline"):
            found.append(f"{ident} is registered: {phone['registered']}, shown as {seat['network']}")
        if seat["state"] == "ready" and not phone["registered"]:
            found.append(f"{ident} is shown ready without a phone")
    return found


async def until_true(wall: WallClient, lab: Lab, within_s: float) -> float:
    """Return after how many seconds the wall claims to be current and agrees with the exchange, seat by seat."""
    begun = time.monotonic()
    while True:
        wrong = ["it is stale"] if wall.stale else differences(wall.seats, await lab.state())
        if not wrong:
            return time.monotonic() - begun
        assert time.monotonic() - begun < within_s, f"not true within {within_s} s: {wrong}"
        await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Records:
    """The database of a program, read beside it."""

    data_dir: Path

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(f"file:{self.data_dir / 'xktcc.db'}?mode=ro", uri=True, timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql, values).fetchall()

    def call(self, ident: str) -> sqlite3.Row | None:
        found = self.rows("SELECT * FROM call WHERE id = ?", ident)
        return found[0] if found else None

    def steps(self, ident: str) -> list[str]:
        return [row["kind"] for row in self.rows("SELECT kind FROM call_step WHERE call_id = ? ORDER BY at, id", ident)]

    async def until_ended(self, idents: set[str], within_s: float) -> float:
        """Return after how many seconds every call, and its recording, has its end in the records."""
        begun = time.monotonic()
        while True:
            sql = "SELECT id FROM call WHERE ended_at IS NOT NULL AND id NOT IN (SELECT call_id FROM recording WHERE finished_at IS NULL)"
            ended = {row["id"] for row in self.rows(sql)}
            if idents <= ended:
                return time.monotonic() - begun
            assert time.monotonic() - begun < within_s, f"without an end after {within_s} s: {sorted(idents - ended)}"
            await asyncio.sleep(0.05)

    def faults(self, placed: dict[str, str], *, cut: frozenset[str] = frozenset()) -> list[str]:
        """What is wrong with the records of ended calls (their answering phones by id); a restart of the exchange broke off ``cut``."""
        return [fault for ident, phone in placed.items() for fault in self._faults_of(ident, phone, cut=ident in cut)]

    def _faults_of(self, ident: str, phone: str, *, cut: bool) -> list[str]:
        row = self.call(ident)
        if row is None:
            return [f"{ident} is not in the records"]
        found = [] if row["outcome"] else [f"{ident} has no outcome"]
        wanted = "answered" if phone else "abandoned"
        if row["outcome"] != wanted and not cut:
            found.append(f"{ident} is {row['outcome']}, but was {wanted}")
        if phone and row["device"] != phone:
            found.append(f"{ident} was answered at {phone}, its record says {row['device']}")
        steps = self.steps(ident)
        order = [steps.index(kind) for kind in ("queued", "rang", "answered") if kind in steps]
        if order != sorted(order) or not steps or steps[0] != "queued":
            found.append(f"{ident} has a timeline out of order: {steps}")
        if sum(kind in {"ended", "found_ended"} for kind in steps) != 1:
            found.append(f"{ident} has not one end: {steps}")
        if phone and "answered" not in steps:
            found.append(f"{ident} has no answer in its timeline: {steps}")
        return found + (self._recording_faults(ident, row, cut=cut) if phone else [])

    def _recording_faults(self, ident: str, row: sqlite3.Row, *, cut: bool) -> list[str]:
        kept = self.rows("SELECT * FROM recording WHERE call_id = ?", ident)
        if not kept and row["talk_s"] >= UNRECORDED_S:
            return [f"{ident} has no recording of its {row['talk_s']:.1f} s"]
        found = [f"{ident} has a recording without an end" for one in kept if one["finished_at"] is None]
        if cut:
            return found + [f"{ident}: a cut recording is called complete" for one in kept if one["complete"]]
        for one in kept:
            file = self.data_dir / "exchange" / "recordings" / f"{one['name']}.wav"
            if not one["complete"] or not file.exists():
                found.append(f"{ident} has no whole recording")
                continue
            with wave.open(str(file)) as sound:
                seconds = sound.getnframes() / sound.getframerate()
            unheard = self.steps(ident)[-1] == "found_ended"  # its end was only found later, so it talked for less
            short = not unheard and seconds < row["talk_s"] - 1.5
            if short or seconds > row["talk_s"] + 1.5 or file.stat().st_size <= HEADER_BYTES:
                found.append(f"{ident} talked {row['talk_s']:.1f} s, its recording has {seconds:.1f} s")
        return found
