"""`/ari/channels`."""

from functools import partial
from typing import Any

from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, json_response
from telephony.exchange.errors import BadRequestError, PreconditionError, UnknownError, UnsupportedError
from telephony.exchange.exchange import Exchange
from telephony.exchange.model.causes import REASONS, Cause
from telephony.exchange.model.channels import Channel, ChannelKind, ChannelState, Snooping
from telephony.exchange.model.dialling import DEFAULT_TIMEOUT_S, Origination
from telephony.exchange.model.statistics import rtp_statistics

TRANSFER_STATES = ("channel_progress", "channel_answered", "channel_unavailable", "channel_declined")
DIRECTIONS = ("none", "both", "in", "out")


class ChannelRoutes:
    """The resource's handlers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._switch = exchange.switch
        self._calls = exchange.calls
        self._dialling = exchange.dialling

    def add_to(self, router: Router) -> None:
        """Enter the routes; the fixed ones before those with a channel id."""
        base, one = "/ari/channels", "/ari/channels/{channel_id}"
        router.add("GET", base, self._list)
        router.add("POST", base, self._originate)
        router.add("POST", f"{base}/create", self._create)
        router.add("POST", f"{base}/externalMedia", self._external_media)
        router.add("GET", one, self._get)
        router.add("POST", one, self._originate)
        router.add("DELETE", one, self._hang_up)
        router.add("GET", f"{one}/variable", self._get_variable)
        router.add("POST", f"{one}/variable", self._set_variable)
        router.add("GET", f"{one}/rtp_statistics", self._statistics)
        router.add("POST", f"{one}/dial", self._dial)
        router.add("POST", f"{one}/snoop", self._snoop)
        router.add("POST", one + "/snoop/{snoop_id}", self._snoop)
        router.add("POST", f"{one}/play", self._play)
        router.add("POST", one + "/play/{playback_id}", self._play)
        router.add("POST", f"{one}/record", self._record)
        router.add("POST", f"{one}/answer", self._answer)
        for name, action in (("continue", self._continue), ("move", self._move), ("redirect", self._redirect),
                             ("dtmf", self._dtmf),
                             ("transfer_progress", self._transfer_progress), ("progress", self._nothing)):  # fmt: skip
            router.add("POST", f"{one}/{name}", action)
        for name, action in (("ring", self._ring), ("hold", self._hold), ("mute", self._mute), ("moh", self._moh),
                             ("silence", self._silence)):  # fmt: skip
            router.add("POST", f"{one}/{name}", partial(action, on=True))
            router.add("DELETE", f"{one}/{name}", partial(action, on=False))

    # -- making, seeing, ending

    def _list(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response([channel.to_json() for channel in self._switch.channels.values()])

    def _get(self, request: Request, channel_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._switch.channel(channel_id).to_json())

    def _origination(self, request: Request, channel_id: str) -> Origination:
        endpoint = request.required("endpoint", "Endpoint must be specified")
        if request.text("originator") and request.text("formats"):
            raise BadRequestError("Originator and formats can't both be specified")
        return Origination(
            endpoint=endpoint,
            app=request.text("app"),
            app_args=request.text("appArgs"),
            caller_id=request.text("callerId"),
            timeout_s=request.number("timeout", DEFAULT_TIMEOUT_S),
            channel_id=channel_id or request.text("channelId"),
            originator=request.text("originator"),
            variables=request.variables(),
        )

    def _originate(self, request: Request, channel_id: str = "") -> Response:
        origination = self._origination(request, channel_id)
        if not origination.app:
            if not request.text("extension"):
                raise BadRequestError("Application or extension must be specified")
            raise UnsupportedError("The embedded exchange has no dialplan to send an answered channel to")
        return json_response(self._dialling.originate(origination).to_json())

    def _create(self, request: Request) -> Response:
        request.required("app", "Application name is required")
        return json_response(self._dialling.create(self._origination(request, "")).to_json())

    def _dial(self, request: Request, channel_id: str) -> Response:
        channel = self._switch.stasis_channel(channel_id)
        caller = request.text("caller")
        if caller and caller not in self._switch.channels:
            raise UnknownError("Callee not found")
        self._dialling.dial(channel, request.number("timeout", 0))
        return NO_CONTENT

    def _hang_up(self, request: Request, channel_id: str) -> Response:
        channel = self._switch.channel(channel_id)
        self._calls.hang_up(channel, _cause(request))
        return NO_CONTENT

    def _external_media(self, request: Request) -> Response:
        app = request.required("app", "app cannot be empty")
        request.required("format", "format cannot be empty")
        transport, connection = request.text("transport", "udp"), request.text("connection_type", "client")
        if transport != "websocket" and connection == "server":
            raise BadRequestError("'server' connection_type can only be used with the websocket transport")
        if transport != "websocket" or connection != "server" or request.text("format") != "slin16":
            raise UnsupportedError("The encapsulation and/or transport is not supported")
        if request.text("encapsulation", "rtp") != "none":
            raise BadRequestError("encapsulation must be 'none' for websocket transport")
        channel = self._exchange.listening.external_media(
            Origination(
                endpoint="WebSocket/INCOMING",
                app=app,
                app_args=request.text("data"),
                channel_id=request.text("channelId"),
                variables=request.variables(),
            )
        )
        return json_response(channel.to_json() | {"channelvars": dict(channel.variables)})

    # -- commands to a channel in Stasis

    def _commandable(self, channel_id: str) -> Channel:
        """Return a channel that takes commands: in Stasis, and not one that is still to be dialled or rings."""
        channel = self._switch.stasis_channel(channel_id)
        if channel.state in (ChannelState.DOWN, ChannelState.RINGING):
            raise PreconditionError("Channel in invalid state")
        return channel

    def _answer(self, request: Request, channel_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._calls.answer(self._commandable(channel_id))
        return NO_CONTENT

    def _continue(self, request: Request, channel_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._calls.leave_stasis(self._commandable(channel_id))
        return NO_CONTENT

    def _move(self, request: Request, channel_id: str) -> Response:
        app = request.required("app", "Application name is required")
        self._calls.leave_stasis(self._switch.stasis_channel(channel_id), app, tuple(request.items("appArgs")))
        return NO_CONTENT

    def _redirect(self, request: Request, channel_id: str) -> Response:
        endpoint = request.required("endpoint", "Required parameter 'endpoint' not provided.")
        channel = self._commandable(channel_id)
        technology = endpoint.partition("/")[0]
        if technology != "PJSIP" or not channel.endpoint_name:
            raise UnsupportedError("Only PJSIP channels can be redirected, to PJSIP endpoints")
        # the party outside follows the redirection on its own; for us its call is over
        self._calls.hang_up(channel, Cause.NORMAL)
        return NO_CONTENT

    def _dtmf(self, request: Request, channel_id: str) -> Response:
        channel = self._commandable(channel_id)
        channel.digits += request.required("dtmf", "DTMF is required")
        return NO_CONTENT

    def _transfer_progress(self, request: Request, channel_id: str) -> Response:
        channel = self._commandable(channel_id)
        state = request.required("states", "Required parameter 'states' not provided.")
        if state not in TRANSFER_STATES:
            raise BadRequestError("Invalid state")
        if channel.refer_to is not None:
            by = {"source_channel": channel.to_json()}
            self._switch.emit("ChannelTransfer", refer_to=channel.refer_to, referred_by=by, state=state)
            channel.refer_to = channel.refer_to if state == "channel_progress" else None
        return NO_CONTENT

    def _nothing(self, request: Request, channel_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._commandable(channel_id)
        return NO_CONTENT

    def _ring(self, request: Request, channel_id: str, *, on: bool) -> Response:  # noqa: ARG002 - as above
        channel = self._commandable(channel_id)
        channel.indicating_ring = on
        self._switch.tell_changed(channel)
        return NO_CONTENT

    def _silence(self, request: Request, channel_id: str, *, on: bool) -> Response:  # noqa: ARG002 - as above
        self._commandable(channel_id)
        return NO_CONTENT

    def _hold(self, request: Request, channel_id: str, *, on: bool) -> Response:  # noqa: ARG002 - as above
        channel = self._commandable(channel_id)
        channel.held_by_exchange = on
        self._switch.refresh_device_state(channel.resource)
        self._switch.tell_changed(channel)
        return NO_CONTENT

    def _mute(self, request: Request, channel_id: str, *, on: bool) -> Response:
        channel = self._commandable(channel_id)
        direction = request.text("direction", "both")
        if direction not in DIRECTIONS[1:]:
            raise BadRequestError("Invalid direction specified")
        if direction != "out":
            channel.muted_in = on
        if direction != "in":
            channel.muted_out = on
        self._switch.tell_changed(channel)
        return NO_CONTENT

    def _moh(self, request: Request, channel_id: str, *, on: bool) -> Response:  # noqa: ARG002 - as above
        channel = self._commandable(channel_id)
        channel.on_music = on
        self._switch.tell_changed(channel)
        return NO_CONTENT

    def _play(self, request: Request, channel_id: str, playback_id: str = "") -> Response:
        channel = self._commandable(channel_id)
        playback = self._exchange.playing.start(
            f"channel:{channel.id}",
            request.items("media"),
            request.text("lang"),
            playback_id or request.text("playbackId"),
        )
        return json_response(playback.to_json(), 201)

    def _record(self, request: Request, channel_id: str) -> Response:
        channel = self._commandable(channel_id)
        recording = start_recording(self._exchange, request, f"channel:{channel.id}")
        return json_response(recording, 201)

    def _snoop(self, request: Request, channel_id: str, snoop_id: str = "") -> Response:
        spy, whisper = request.text("spy", "none"), request.text("whisper", "none")
        if spy not in DIRECTIONS:
            raise BadRequestError("Invalid direction specified for spy")
        if whisper not in DIRECTIONS:
            raise BadRequestError("Invalid direction specified for whisper")
        if spy == whisper == "none":
            raise BadRequestError("Direction must be specified for at least spy or whisper")
        app = request.required("app", "Application name is required")
        target = self._switch.channels.get(channel_id)
        if target is None or target.kind is ChannelKind.MEDIA:
            raise UnknownError("Provided channel was not found")
        channel = self._exchange.listening.snoop(
            target,
            Snooping(target.id, spy, whisper),
            app,
            request.text("appArgs"),
            snoop_id or request.text("snoopId"),
        )
        return json_response(channel.to_json())

    # -- variables and figures

    def _get_variable(self, request: Request, channel_id: str) -> Response:
        name = request.required("variable", "Variable name is required")
        channel = self._switch.channels.get(channel_id)
        if channel is None:
            raise UnknownError("Provided channel was not found")
        value = channel.read(name)
        if value is None:
            raise UnknownError("Provided variable was not found")
        return json_response({"value": value})

    def _set_variable(self, request: Request, channel_id: str) -> Response:
        name = request.required("variable", "Variable name is required")
        channel = self._switch.stasis_channel(channel_id)
        self._switch.set_variable(channel, name, request.params.get("value", ""))
        return NO_CONTENT

    def _statistics(self, request: Request, channel_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        channel = self._switch.channel(channel_id)
        if not channel.endpoint_name:
            raise UnknownError("RTP info not found")
        quality = self._switch.endpoints[channel.resource].quality
        return json_response(rtp_statistics(channel, quality, self._switch.clock.now()))


def start_recording(exchange: Exchange, request: Request, target_uri: str) -> dict[str, Any]:
    """Start a recording as the parameters ask for it; shared by channels and bridges."""
    name = request.required("name", "Recording name invalid")
    if request.text("format", "wav") not in ("wav", "slin", "wav16"):
        raise BadRequestError("specified format is unknown on this system")
    if_exists = request.text("ifExists", "fail")
    if if_exists not in ("fail", "overwrite", "append"):
        raise BadRequestError("ifExists invalid")
    limit_s = request.number("maxDurationSeconds", 0)
    if limit_s < 0:
        raise BadRequestError("max_duration_seconds cannot be negative")
    recording = exchange.recorder.start(name, target_uri, if_exists=if_exists, limit_s=limit_s)
    return recording.to_json() | {"state": "queued"}


def _cause(request: Request) -> int:
    reason, code = request.text("reason"), request.text("reason_code")
    if reason and code:
        raise BadRequestError("The reason and reason_code can't both be specified")
    if code:
        if not code.lstrip("-").isdigit():
            raise BadRequestError("Invalid reason for hangup reason code provided")
        return int(code)
    if not reason:
        return Cause.NORMAL
    if reason not in REASONS:
        raise BadRequestError("Invalid reason for hangup reason provided")
    return REASONS[reason]
