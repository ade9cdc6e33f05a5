"""The two kinds of WebSocket: events of applications, and sound of media channels."""

from collections.abc import Callable
from typing import Any

import orjson

from telephony.exchange.api.connection import Connection
from telephony.exchange.api.web import REASON_PHRASES, Request, Response, error_response, make_request
from telephony.exchange.audio.live import FRAME_BYTES, LiveSound, MediaPort
from telephony.exchange.clock import ari_timestamp
from telephony.exchange.errors import ExchangeError
from telephony.exchange.exchange import Exchange
from telephony.exchange.model.apps import Application
from telephony.exchange.model.causes import Cause
from telephony.exchange.model.channels import Channel
from telephony.exchange.model.switch import ENTITY_ID

REST_HEADERS = {"content-type": "application/json"}


class EventSocket:
    """A client of `/ari/events`: one or several applications, and REST requests over the same socket."""

    subprotocol: str | None = None

    def __init__(
        self, exchange: Exchange, names: list[str], respond: Callable[[Request], Response], *, subscribe_all: bool
    ) -> None:
        self._exchange = exchange
        self._names = names
        self._subscribe_all = subscribe_all
        self._respond = respond
        self._apps: list[Application] = []
        self._connection: Connection | None = None

    def opened(self, connection: Connection) -> None:
        """Register the applications; whoever had the name before is told, and hears no more."""
        self._connection = connection
        for name in self._names:
            app, replaced = self._exchange.switch.apps.register(name, self._deliver, subscribe_all=self._subscribe_all)
            self._apps.append(app)
            if replaced is not None:
                replaced.deliver(
                    {
                        "type": "ApplicationReplaced",
                        "timestamp": ari_timestamp(self._exchange.clock.now()),
                        "application": name,
                        "asterisk_id": ENTITY_ID,
                    }
                )

    def received(self, message: str | bytes) -> None:
        """Answer a REST request; anything else is not understood and left alone, as Asterisk does."""
        try:
            body = orjson.loads(message)
        except orjson.JSONDecodeError:
            return
        if isinstance(body, dict) and body.get("type") == "RESTRequest":
            self._deliver(self._rest(body))

    def closed(self) -> None:
        """Forget the applications at once."""
        for app in self._apps:
            self._exchange.switch.apps.unregister(app)

    def _deliver(self, event: dict[str, Any]) -> None:
        if self._connection is not None:
            self._connection.send_text(orjson.dumps(event))

    def _rest(self, body: dict[str, Any]) -> dict[str, Any]:
        uri = str(body.get("uri", ""))
        content = str(body.get("message_body") or "").encode()
        try:
            request = make_request(str(body.get("method", "GET")), f"/ari/{uri.lstrip('/')}", REST_HEADERS, content, "")
            for pair in body.get("query_strings") or ():
                request.params.setdefault(str(pair["name"]), str(pair["value"]))
            response = self._respond(request)
        except ExchangeError as error:
            response = error_response(error.status, error.message)
        answer = {
            "type": "RESTResponse",
            "transaction_id": body.get("transaction_id", ""),
            "request_id": body.get("request_id", ""),
            "status_code": response.status,
            "reason_phrase": REASON_PHRASES.get(response.status, "Unknown"),
            "uri": uri,
        }
        if response.content:
            answer |= {"content_type": response.content_type, "message_body": response.content.decode()}
        return answer


class MediaSocket:
    """A client of `/media/<connection id>`: raw PCM16LE at 16 kHz both ways, and a few words of control."""

    subprotocol: str | None = "media"

    def __init__(self, exchange: Exchange, channel: Channel, live: LiveSound) -> None:
        self._exchange = exchange
        self._channel = channel
        self._live = live
        self._connection: Connection | None = None
        self._port: MediaPort | None = None

    def opened(self, connection: Connection) -> None:
        """Greet the client, take part in the sound, and bring the channel up."""
        channel = self._channel
        self._connection = connection
        self._port = MediaPort(channel.id, lambda: self._exchange.hearing.heard_by(channel), self._send)
        connection.send_text(
            f"MEDIA_START connection_id:{channel.connection_id} channel:{channel.name} channel_id:{channel.id} "
            f"format:slin16 optimal_frame_size:{FRAME_BYTES} ptime:20".encode()
        )
        self._live.connect(self._port)
        self._exchange.listening.connected(channel)

    def received(self, message: str | bytes) -> None:
        """Take sound, or a word of control."""
        if self._port is None:
            return
        if isinstance(message, bytes):
            self._port.receive(message)
        elif message == "FLUSH_MEDIA":
            self._port.flush()
        elif message == "HANGUP":
            self._exchange.calls.hang_up(self._channel, Cause.NORMAL)
        elif message == "GET_STATUS" and self._connection is not None:
            self._connection.send_text(
                f"STATUS channel_id:{self._channel.id} queue_length:{self._port.waiting_frames} xon_level:800 "
                "xoff_level:900 queue_full:false bulk_media:false media_paused:false".encode()
            )

    def closed(self) -> None:
        """End the channel with its socket."""
        if self._port is not None:
            self._live.disconnect(self._port)
        self._exchange.listening.disconnected(self._channel)

    def _send(self, frame: bytes) -> None:
        if self._connection is None:
            return
        if self._channel.id not in self._exchange.switch.channels:
            self._connection.close_socket()
            return
        self._connection.send_binary(frame)
