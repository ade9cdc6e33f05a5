"""`/ari/recordings`, `/ari/playbacks` and `/ari/sounds`."""

from functools import partial

from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, json_response
from telephony.exchange.errors import BadRequestError, UnknownError
from telephony.exchange.exchange import Exchange
from telephony.exchange.model.playing import SOUNDS


class RecordingRoutes:
    """The handlers of the three resources."""

    def __init__(self, exchange: Exchange) -> None:
        self._recorder = exchange.recorder
        self._playing = exchange.playing

    def add_to(self, router: Router) -> None:
        """Enter the routes; names may hold slashes, so the longer paths come first."""
        stored, live = "/ari/recordings/stored", "/ari/recordings/live"
        router.add("GET", stored, self._list)
        router.add("GET", stored + "/{name+}/file", self._file)
        router.add("GET", stored + "/{name+}", self._stored)
        router.add("DELETE", stored + "/{name+}", self._delete)
        router.add("POST", live + "/{name+}/stop", self._stop)
        for action, handler in (("pause", self._pause), ("mute", self._mute)):
            router.add("POST", live + "/{name+}/" + action, partial(handler, on=True))
            router.add("DELETE", live + "/{name+}/" + action, partial(handler, on=False))
        router.add("POST", live + "/{name+}/unpause", partial(self._pause, on=False))
        router.add("GET", live + "/{name+}", self._live)
        router.add("DELETE", live + "/{name+}", self._discard)
        router.add("GET", "/ari/playbacks/{playback_id}", self._playback)
        router.add("DELETE", "/ari/playbacks/{playback_id}", self._stop_playback)
        router.add("POST", "/ari/playbacks/{playback_id}/control", self._control)
        router.add("GET", "/ari/sounds", self._sounds)
        router.add("GET", "/ari/sounds/{sound_id}", self._sound)

    # -- stored

    def _list(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response([{"name": name, "format": "wav"} for name in self._recorder.store.names()])

    def _stored(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.store.path(name)
        return json_response({"name": name, "format": "wav"})

    def _delete(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.store.delete(name)
        return NO_CONTENT

    def _file(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return Response(200, self._recorder.store.path(name).read_bytes(), "audio/wav")

    # -- live

    def _live(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._recorder.live(name).to_json())

    def _discard(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.discard(self._recorder.live(name))
        return NO_CONTENT

    def _stop(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.stop(self._recorder.live(name))
        return NO_CONTENT

    def _pause(self, request: Request, name: str, *, on: bool) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.pause(self._recorder.live(name), on=on)
        return NO_CONTENT

    def _mute(self, request: Request, name: str, *, on: bool) -> Response:  # noqa: ARG002 - the shape of a handler
        self._recorder.mute(self._recorder.live(name), on=on)
        return NO_CONTENT

    # -- playbacks and sounds

    def _playback(self, request: Request, playback_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._playing.get(playback_id).to_json())

    def _stop_playback(self, request: Request, playback_id: str) -> Response:  # noqa: ARG002 - as above
        self._playing.stop(self._playing.get(playback_id))
        return NO_CONTENT

    def _control(self, request: Request, playback_id: str) -> Response:
        playback = self._playing.get(playback_id)
        operation = request.required("operation", "Missing operation")
        if operation not in ("restart", "pause", "unpause", "reverse", "forward"):
            raise BadRequestError(f"Invalid operation {operation}")
        if operation in ("pause", "unpause"):
            playback.state = "paused" if operation == "pause" else "playing"
        return NO_CONTENT

    def _sounds(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response([_sound_json(sound_id) for sound_id in SOUNDS])

    def _sound(self, request: Request, sound_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        if sound_id not in SOUNDS:
            raise UnknownError("Sound not found")
        return json_response(_sound_json(sound_id))


def _sound_json(sound_id: str) -> dict[str, object]:
    return {"id": sound_id, "text": SOUNDS[sound_id][0], "formats": [{"language": "en", "format": "slin16"}]}
