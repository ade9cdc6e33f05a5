"""Live recordings and playbacks, as ARI shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.exchange.audio.timeline import Timeline


@dataclass(eq=False)
class Recording:
    """A recording that runs. `target_uri` is `channel:<id>` or `bridge:<id>`; nothing is heard while paused or muted."""

    name: str
    target_uri: str
    started: datetime
    timeline: Timeline
    state: str = "recording"
    muted: bool = False
    discarded: bool = False
    appends: bool = False
    duration_s: int = -1

    @property
    def target_id(self) -> str:
        """Return the id of the recorded channel or bridge."""
        return self.target_uri.partition(":")[2]

    @property
    def of_bridge(self) -> bool:
        """Tell whether a bridge is recorded rather than a channel."""
        return self.target_uri.startswith("bridge:")

    def to_json(self) -> dict[str, Any]:
        """Return the ARI LiveRecording; `duration` (whole seconds) only once it is known."""
        body: dict[str, Any] = {"name": self.name, "format": "wav", "state": self.state, "target_uri": self.target_uri}
        if self.duration_s >= 0:
            body["duration"] = self.duration_s
        return body


@dataclass(eq=False)
class Playback:
    """Sound files played one after another to a channel or bridge."""

    id: str
    media: tuple[str, ...]
    target_uri: str
    language: str
    state: str = "queued"
    index: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the ARI Playback; `next_media_uri` only while there is one."""
        body: dict[str, Any] = {"id": self.id, "media_uri": self.media[self.index]}
        if self.index + 1 < len(self.media):
            body["next_media_uri"] = self.media[self.index + 1]
        return body | {"target_uri": self.target_uri, "language": self.language, "state": self.state}
