"""Sound files played to channels and bridges."""

import uuid
from functools import partial

from telephony.exchange.audio.timeline import Source
from telephony.exchange.errors import BadRequestError, UnknownError
from telephony.exchange.model.hearing import Hearing
from telephony.exchange.model.media import Playback
from telephony.exchange.model.switch import Switch

SOUNDS: dict[str, tuple[str, float]] = {
    "hello-world": ("Hello, world", 1.4),
    "queue-thankyou": ("Thank you for your patience", 2.6),
    "vm-goodbye": ("Goodbye", 0.9),
    "beep": ("(a beep)", 0.3),
    "tt-monkeys": ("(a sound to test with)", 6.0),
}
DEFAULT_SOUND_S = 2.0


class Playing:
    """Operations on playbacks."""

    def __init__(self, switch: Switch, hearing: Hearing) -> None:
        self._switch = switch
        self._hearing = hearing
        self._live: dict[str, Playback] = {}

    def start(self, target_uri: str, media: list[str], language: str, playback_id: str) -> Playback:
        """Play media one after another to `channel:<id>` or `bridge:<id>`."""
        if not media:
            raise BadRequestError("Missing parameter media")
        playback = Playback(playback_id or str(uuid.uuid4()), tuple(media), target_uri, language or "en")
        self._live[playback.id] = playback
        self._switch.clock.call_later(0.0, partial(self._play, playback))
        return playback

    def get(self, playback_id: str) -> Playback:
        """Return a playback that runs, or raise UnknownError."""
        try:
            return self._live[playback_id]
        except KeyError:
            raise UnknownError("Playback not found") from None

    def stop(self, playback: Playback) -> None:
        """End a playback before its time."""
        self._finish(playback)

    def forget_all(self) -> None:
        """Drop every playback without a word, as a restart does."""
        self._live.clear()
        self._hearing.sounds.clear()

    def _play(self, playback: Playback) -> None:
        if playback.id not in self._live:
            return
        event = "PlaybackStarted" if playback.index == 0 else "PlaybackContinuing"
        playback.state = "playing" if playback.index == 0 else "continuing"
        self._switch.emit(event, playback=playback.to_json())
        media = playback.media[playback.index]
        self._hearing.sounds[playback.target_uri] = frozenset({Source("sound", media)})
        self._tell(playback)
        self._switch.clock.call_later(sound_length_s(media), partial(self._next, playback, playback.index))

    def _next(self, playback: Playback, index: int) -> None:
        if playback.id not in self._live or playback.index != index:
            return
        if index + 1 == len(playback.media):
            self._finish(playback)
            return
        playback.index += 1
        self._play(playback)

    def _finish(self, playback: Playback) -> None:
        if self._live.pop(playback.id, None) is None:
            return
        self._hearing.sounds.pop(playback.target_uri, None)
        self._tell(playback)
        playback.state = "done"
        self._switch.emit("PlaybackFinished", playback=playback.to_json())

    def _tell(self, playback: Playback) -> None:
        kind, _, target_id = playback.target_uri.partition(":")
        if kind == "bridge":
            bridge = self._switch.bridges.get(target_id)
            self._switch.tell_changed(*(self._switch.members(bridge) if bridge else ()))
            return
        channel = self._switch.channels.get(target_id)
        if channel is not None:
            self._switch.tell_changed(channel)


def sound_length_s(media: str) -> float:
    """Return how long a medium (`sound:hello-world`, `tone:ring`, `digits:123`) sounds, in seconds."""
    scheme, _, rest = media.partition(":")
    if scheme in ("digits", "characters", "number"):
        return 0.6 * max(1, len(rest))
    return SOUNDS.get(rest, ("", DEFAULT_SOUND_S))[1]
