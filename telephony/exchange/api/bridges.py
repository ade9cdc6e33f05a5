"""`/ari/bridges`."""

from functools import partial

from telephony.exchange.api.channels import start_recording
from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, json_response
from telephony.exchange.errors import ConflictError, UnknownError
from telephony.exchange.exchange import Exchange


class BridgeRoutes:
    """The resource's handlers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._switch = exchange.switch
        self._mixing = exchange.mixing

    def add_to(self, router: Router) -> None:
        """Enter the routes."""
        base, one = "/ari/bridges", "/ari/bridges/{bridge_id}"
        router.add("GET", base, self._list)
        router.add("POST", base, self._create)
        router.add("GET", one, self._get)
        router.add("POST", one, self._create)
        router.add("PUT", one, self._create)
        router.add("DELETE", one, self._destroy)
        router.add("POST", f"{one}/addChannel", self._add)
        router.add("POST", f"{one}/removeChannel", self._remove)
        router.add("POST", f"{one}/moh", partial(self._moh, on=True))
        router.add("DELETE", f"{one}/moh", partial(self._moh, on=False))
        router.add("POST", f"{one}/play", self._play)
        router.add("POST", one + "/play/{playback_id}", self._play)
        router.add("POST", f"{one}/record", self._record)
        router.add("GET", f"{one}/variable", self._get_variable)
        router.add("POST", f"{one}/variable", self._set_variable)

    def _list(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response([bridge.to_json() for bridge in self._switch.bridges.values()])

    def _get(self, request: Request, bridge_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._switch.bridge(bridge_id).to_json())

    def _create(self, request: Request, bridge_id: str = "") -> Response:
        wanted = bridge_id or request.text("bridgeId")
        bridge = self._mixing.create(request.text("type", "mixing"), wanted, request.text("name"))
        bridge.variables.update(request.variables())
        return json_response(bridge.to_json())

    def _destroy(self, request: Request, bridge_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._mixing.destroy(self._switch.bridge(bridge_id))
        return NO_CONTENT

    def _add(self, request: Request, bridge_id: str) -> Response:
        bridge = self._switch.bridge(bridge_id)
        channel_ids = request.items("channel")
        for channel_id in channel_ids:
            channel = self._switch.channels.get(channel_id)
            if channel is not None and self._exchange.recorder.records_channel(channel):
                raise ConflictError(f"Channel {channel_id} currently recording")
        self._mixing.add(bridge, channel_ids, mute=request.flag("mute"))
        return NO_CONTENT

    def _remove(self, request: Request, bridge_id: str) -> Response:
        self._mixing.remove(self._switch.bridge(bridge_id), request.items("channel"))
        return NO_CONTENT

    def _moh(self, request: Request, bridge_id: str, *, on: bool) -> Response:  # noqa: ARG002 - the shape of a handler
        self._mixing.set_music(self._switch.bridge(bridge_id), on=on)
        return NO_CONTENT

    def _play(self, request: Request, bridge_id: str, playback_id: str = "") -> Response:
        bridge = self._switch.bridge(bridge_id)
        playback = self._exchange.playing.start(
            f"bridge:{bridge.id}",
            request.items("media"),
            request.text("lang"),
            playback_id or request.text("playbackId"),
        )
        return json_response(playback.to_json(), 201)

    def _record(self, request: Request, bridge_id: str) -> Response:
        bridge = self._switch.bridge(bridge_id)
        return json_response(start_recording(self._exchange, request, f"bridge:{bridge.id}"), 201)

    def _get_variable(self, request: Request, bridge_id: str) -> Response:
        variables = self._switch.bridge(bridge_id).variables
        name = request.required("variable", "Variable name is required")
        if name not in variables:
            raise UnknownError("Provided variable was not found")
        return json_response({"value": variables[name]})

    def _set_variable(self, request: Request, bridge_id: str) -> Response:
        variables = self._switch.bridge(bridge_id).variables
        variables[request.required("variable", "Variable name is required")] = request.params.get("value", "")
        return NO_CONTENT
