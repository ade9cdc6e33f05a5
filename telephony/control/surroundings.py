"""What ``Control`` speaks with."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.bus import Bus
from telephony.history import Directory, History
from telephony.port import CtiPort
from telephony.records import RecordSink


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The PBX, the bus outwards, the keeper of records, and the two readers of them."""

    port: CtiPort
    bus: Bus
    sink: RecordSink
    history: History
    directory: Directory
