"""Recordings: they note who is to be heard when, and become a WAV file when they end."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from telephony.exchange.audio.timeline import Segment, Timeline
from telephony.exchange.errors import BadRequestError, ConflictError, UnknownError
from telephony.exchange.model.bridges import Bridge
from telephony.exchange.model.channels import Channel
from telephony.exchange.model.hearing import Hearing
from telephony.exchange.model.media import Recording
from telephony.exchange.model.switch import Switch


class RecordingStore(Protocol):
    """Where recordings are kept."""

    def open(self, name: str, *, append: bool) -> None:
        """Begin the file: what a kill leaves is a header without sound; to append leaves a finished file as it is."""
        ...

    def write(self, name: str, segments: tuple[Segment, ...], done: Callable[[], None], *, append: bool) -> None:
        """Render the sound into the file, or to its end, and call `done`."""
        ...

    def delete(self, name: str) -> None:
        """Remove the file."""
        ...

    def path(self, name: str) -> Path:
        """Return the file of a stored recording; raise UnknownError when there is none."""
        ...

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of this name, finished or not."""
        ...

    def names(self) -> list[str]:
        """Return the names of the stored recordings."""
        ...


class Recorder:
    """Operations on live recordings; watches the switch to know what they take down."""

    def __init__(self, switch: Switch, hearing: Hearing, store: RecordingStore) -> None:
        self._switch = switch
        self._hearing = hearing
        self.store = store
        self._live: dict[str, Recording] = {}
        switch.observers.append(self)

    def start(self, name: str, target_uri: str, *, if_exists: str, limit_s: float) -> Recording:
        """Begin to record a channel or a bridge. 400 bad name, 409 when the name is taken and may not be overwritten."""
        if not name or name.startswith("/") or ".." in name.split("/"):
            raise BadRequestError("Recording name invalid")
        if name in self._live or (if_exists == "fail" and self.store.exists(name)):
            raise ConflictError(f"Recording '{name}' already exists and can not be overwritten")
        now = self._switch.clock.now()
        recording = Recording(name, target_uri, now, Timeline(now, frozenset()))
        recording.timeline.note(now, self._hearing.recorded(recording))
        recording.appends = if_exists == "append" and self.store.exists(name)
        self._live[name] = recording
        self.store.open(name, append=recording.appends)
        self._announce("RecordingStarted", recording)
        if limit_s > 0:
            self._switch.clock.call_later(limit_s, lambda: self._stop_if_live(recording))
        return recording

    def live(self, name: str) -> Recording:
        """Return a running recording, or raise UnknownError."""
        try:
            return self._live[name]
        except KeyError:
            raise UnknownError("Recording not found") from None

    def records_channel(self, channel: Channel) -> bool:
        """Tell whether a channel itself is being recorded: it may not change bridges meanwhile."""
        return any(live.target_uri == f"channel:{channel.id}" for live in self._live.values())

    def pause(self, recording: Recording, *, on: bool) -> None:
        """Stop taking down, or go on."""
        if on == (recording.state == "paused"):
            return
        recording.state = "paused" if on else "recording"
        self._note(recording)

    def mute(self, recording: Recording, *, on: bool) -> None:
        """Take down silence, or sound again."""
        recording.muted = on
        self._note(recording)

    def stop(self, recording: Recording) -> None:
        """End a recording; its file is complete when RecordingFinished comes."""
        now = self._switch.clock.now()
        del self._live[recording.name]
        segments = recording.timeline.finish(now)
        recording.duration_s = int((now - recording.started).total_seconds())
        if recording.discarded:
            self.store.delete(recording.name)
            recording.state = "canceled"
            self._announce("RecordingFinished", recording)
            return
        recording.state = "done"
        self.store.write(
            recording.name,
            segments,
            lambda: self._announce("RecordingFinished", recording),
            append=recording.appends,
        )

    def discard(self, recording: Recording) -> None:
        """End a recording and throw it away."""
        recording.discarded = True
        self.stop(recording)

    def forget_all(self) -> None:
        """Drop every running recording without a word, as a restart does; the files stay as they are."""
        self._live.clear()

    # -- watching the switch

    def channels_changed(self, channels: Iterable[Channel]) -> None:
        """Note who is to be heard from now on, in every recording that these channels touch."""
        if not self._live:
            return
        touched = {channel.id for channel in channels}
        bridges = {channel.bridge_id for channel in channels} - {""}
        for snoop in self._switch.channels.values():
            if snoop.snooping and (snoop.id in touched or snoop.bridge_id in bridges):
                touched.add(snoop.snooping.target_id)
        for recording in tuple(self._live.values()):
            subject = self._subject(recording)
            if subject in touched or subject in bridges or self._bridge_of(subject) in bridges:
                self._note(recording)

    def channel_gone(self, channel: Channel, cause: int) -> None:  # noqa: ARG002 - the observer's shape
        """End the recordings of a channel that is gone."""
        for recording in tuple(self._live.values()):
            if recording.target_uri == f"channel:{channel.id}":
                self.stop(recording)

    def bridge_emptied(self, bridge: Bridge) -> None:
        """End the recordings of a bridge that has emptied."""
        for recording in tuple(self._live.values()):
            if recording.target_uri == f"bridge:{bridge.id}":
                self.stop(recording)

    def _note(self, recording: Recording) -> None:
        recording.timeline.note(self._switch.clock.now(), self._hearing.recorded(recording))

    def _subject(self, recording: Recording) -> str:
        """Return the bridge, or the channel that is recorded: of a snoop, the channel it listens to."""
        channel = self._switch.channels.get(recording.target_id)
        return channel.snooping.target_id if channel and channel.snooping else recording.target_id

    def _bridge_of(self, channel_id: str) -> str:
        channel = self._switch.channels.get(channel_id)
        return (channel.bridge_id if channel else "") or "-"

    def _stop_if_live(self, recording: Recording) -> None:
        if self._live.get(recording.name) is recording:
            self.stop(recording)

    def _announce(self, event_type: str, recording: Recording) -> None:
        """Tell of a recording; a bridge's is always told twice, because Asterisk forwards two topics."""
        for _ in range(2 if recording.of_bridge else 1):
            self._switch.emit(event_type, recording=recording.to_json())
