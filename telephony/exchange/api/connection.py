"""One TCP connection: HTTP/1.1 by h11 and, after an upgrade, a WebSocket by the `websockets` protocol machine.

Neither library does I/O here. Requests are answered synchronously in the order in which they come, which is why events
leave before the reply to the command that caused them.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol, cast

import h11
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request as UpgradeRequest
from websockets.protocol import State
from websockets.server import ServerProtocol

from telephony.exchange.api.web import REASON_PHRASES, Request, Response, error_response, make_request
from telephony.exchange.errors import ExchangeError

MAX_BODY_BYTES = 1_000_000
MAX_UNREAD_BYTES = 16_000_000  # what a slow reader may leave lying before its socket is closed
GOING_AWAY = 1001
NO_CONTENT_STATUS = 204

log = logging.getLogger(__name__)


class Socket(Protocol):
    """What serves a WebSocket once it is open."""

    subprotocol: str | None

    def opened(self, connection: "Connection") -> None:
        """Learn that the socket is open."""
        ...

    def received(self, message: str | bytes) -> None:
        """Take a message of the client."""
        ...

    def closed(self) -> None:
        """Learn that the socket is gone, for whatever reason."""
        ...


class Site(Protocol):
    """What serves a connection."""

    connections: "set[Connection]"

    def respond(self, request: Request) -> Response:
        """Answer an HTTP request."""
        ...

    def upgrade(self, request: Request) -> Socket:
        """Accept a WebSocket; ExchangeError refuses it."""
        ...


class Connection(asyncio.Protocol):
    """The protocol of one connection."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._http = h11.Connection(h11.SERVER)
        self._ws: ServerProtocol | None = None
        self._socket: Socket | None = None
        self._transport: asyncio.Transport | None = None
        self._request: h11.Request | None = None
        self._content = bytearray()
        self._fragments: list[Frame] = []
        self._held_back: list[bytes] | None = None
        self._peer = ""

    # -- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        peername = self._transport.get_extra_info("peername")
        self._peer = peername[0] if peername else ""
        self._site.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's shape
        """End."""
        self._site.connections.discard(self)
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.closed()

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        if self._ws is not None:
            self._receive_frames(self._ws, data)
            return
        self._http.receive_data(data)
        self._receive_requests()

    # -- HTTP

    def _receive_requests(self) -> None:
        while self._ws is None:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                self._refuse_and_close(error.error_status_hint)
                return
            if event is h11.NEED_DATA or event is h11.PAUSED:
                return
            if isinstance(event, h11.ConnectionClosed):
                self.close()
                return
            self._take(event)

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self._request = event
            self._content.clear()
            if self._http.they_are_waiting_for_100_continue:
                self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        elif isinstance(event, h11.Data):
            self._content += event.data
            if len(self._content) > MAX_BODY_BYTES:
                self._refuse_and_close(413)
        elif isinstance(event, h11.EndOfMessage):
            self._answer()

    def _answer(self) -> None:
        head = self._request
        if head is None:
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        method, target = head.method.decode(), head.target.decode("latin-1")
        try:
            request = make_request(method, target, headers, bytes(self._content), self._peer)
            if headers.get("upgrade", "").lower() == "websocket":
                self._upgrade(request, head)
                return
            response = self._site.respond(request)
        except ExchangeError as error:
            response = error_response(error.status, error.message)
        self._send(response, head_only=method == "HEAD")

    def _send(self, response: Response, *, head_only: bool = False) -> None:
        headers = [
            ("Server", "XktCC exchange"),
            ("Cache-Control", "no-cache, no-store"),
            *response.headers,
        ]
        if response.status != NO_CONTENT_STATUS:
            headers.append(("Content-Length", str(len(response.content))))
        if response.content:
            headers.append(("Content-Type", response.content_type))
        out = self._http.send(
            h11.Response(
                status_code=response.status, headers=headers, reason=REASON_PHRASES.get(response.status, "Unknown")
            )
        )
        content = b"" if head_only else response.content
        self._write((out or b"") + (self._http.send(h11.Data(data=content)) or b"" if content else b""))
        self._write(self._http.send(h11.EndOfMessage()))
        if self._http.our_state is h11.MUST_CLOSE:
            self.close()
        elif self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()

    def _refuse_and_close(self, status: int) -> None:
        self._write(b"HTTP/1.1 %d Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        self.close()

    # -- WebSocket

    def _upgrade(self, request: Request, head: h11.Request) -> None:
        socket = self._site.upgrade(request)
        offered = [socket.subprotocol] if socket.subprotocol else None
        protocol = ServerProtocol(subprotocols=offered, max_size=None)  # type: ignore[arg-type]  # NewType of str
        headers = Headers([(name.decode(), value.decode("latin-1")) for name, value in head.headers])
        protocol.receive_data(UpgradeRequest(head.target.decode("latin-1"), headers).serialize())
        for event in protocol.events_received():
            if isinstance(event, UpgradeRequest):
                protocol.send_response(protocol.accept(event))
        self._ws = protocol
        self._flush(protocol)
        if protocol.state is not State.OPEN:
            self.close()
            return
        self._socket = socket
        socket.opened(self)
        trailing, _ = self._http.trailing_data
        if trailing:
            self._receive_frames(protocol, trailing)

    def _receive_frames(self, protocol: ServerProtocol, data: bytes) -> None:
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame):
                self._take_frame(event)
        self._flush(protocol)
        if protocol.close_expected():
            self.close()

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            return
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY) or self._fragments:
            self._fragments.append(frame)
        if not self._fragments or not frame.fin:
            return
        content = b"".join(part.data for part in self._fragments)
        text = self._fragments[0].opcode is Opcode.TEXT
        self._fragments.clear()
        if self._socket is not None:
            self._socket.received(content.decode("utf-8", "replace") if text else content)

    def send_text(self, content: bytes) -> None:
        """Send a text message, already encoded; a reader that left too much unread is cut off."""
        self._send_frame(lambda protocol: protocol.send_text(content))

    def send_binary(self, content: bytes) -> None:
        """Send a binary message."""
        self._send_frame(lambda protocol: protocol.send_binary(content))

    def _send_frame(self, send: Callable[[ServerProtocol], None]) -> None:
        transport, protocol = self._transport, self._ws
        if transport is None or protocol is None or protocol.state is not State.OPEN or transport.is_closing():
            return
        if transport.get_write_buffer_size() > MAX_UNREAD_BYTES:
            log.warning("a socket was closed: its reader left %d bytes unread", transport.get_write_buffer_size())
            transport.abort()
            return
        send(protocol)
        self._flush(protocol)

    def _flush(self, protocol: ServerProtocol) -> None:
        content = b"".join(protocol.data_to_send())
        if self._held_back is not None:
            self._held_back.append(content)
        else:
            self._write(content)

    def hold_back(self, seconds: float) -> None:
        """Send nothing for a moment, then everything in order: a reply elsewhere overtakes the events."""
        if self._ws is None or self._held_back is not None:
            return
        self._held_back = []
        asyncio.get_running_loop().call_later(seconds, self._let_go)

    def _let_go(self) -> None:
        held, self._held_back = self._held_back, None
        self._write(b"".join(held or ()))

    # -- both

    @property
    def socket(self) -> Socket | None:
        """Return what serves this connection if it has become a WebSocket."""
        return self._socket

    def close(self) -> None:
        """Close when everything is written."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Cut the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def close_socket(self) -> None:
        """Close a WebSocket with a close frame (1001, going away)."""
        self._let_go()
        if self._ws is not None and self._ws.state is State.OPEN:
            self._ws.send_close(GOING_AWAY)
            self._flush(self._ws)
        self.close()

    def _write(self, data: bytes | None) -> None:
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
