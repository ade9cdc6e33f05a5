"""What stands at the address: who may enter, which resource answers, which sockets open."""

import base64
import binascii
import hmac
import logging
from collections.abc import Callable

from telephony.exchange.api.asterisk import AsteriskRoutes
from telephony.exchange.api.bridges import BridgeRoutes
from telephony.exchange.api.channels import ChannelRoutes
from telephony.exchange.api.connection import Connection, Socket
from telephony.exchange.api.endpoints import EndpointRoutes
from telephony.exchange.api.lab import LabRoutes, require_loopback
from telephony.exchange.api.recordings import RecordingRoutes
from telephony.exchange.api.sockets import EventSocket, MediaSocket
from telephony.exchange.api.web import Request, Response, Router, error_response
from telephony.exchange.audio.live import LiveSound
from telephony.exchange.errors import BadRequestError, ExchangeError, UnknownError
from telephony.exchange.exchange import Exchange

REPLY_LEADS_BY_S = 0.002
CHALLENGE = (("WWW-Authenticate", 'Basic realm="XktCC exchange"'),)

log = logging.getLogger(__name__)


class UnauthorizedError(ExchangeError):
    """User and password are missing or wrong."""

    status = 401


class ExchangeSite:
    """The site of one exchange."""

    def __init__(self, exchange: Exchange, live: LiveSound, restart: Callable[[], None]) -> None:
        self.connections: set[Connection] = set()
        self._exchange = exchange
        self._live = live
        self._router = Router()
        for routes in (
            ChannelRoutes(exchange),
            BridgeRoutes(exchange),
            EndpointRoutes(exchange),
            RecordingRoutes(exchange),
            AsteriskRoutes(exchange),
            LabRoutes(exchange, self.drop_sockets, restart),
        ):
            routes.add_to(self._router)

    def respond(self, request: Request) -> Response:
        """Answer an HTTP request."""
        try:
            if request.path.startswith("/lab/"):
                require_loopback(request)
            else:
                self._authenticate(request)
                self._sometimes_reply_first(request)
            return self._router.dispatch(request)
        except UnauthorizedError as error:
            refusal = error_response(error.status, error.message)
            return Response(refusal.status, refusal.content, headers=CHALLENGE)
        except ExchangeError as error:
            return error_response(error.status, error.message)
        except Exception:
            log.exception("a request failed: %s", request.method)
            return error_response(500, "Internal Server Error")

    def upgrade(self, request: Request) -> Socket:
        """Accept a WebSocket at `/ari/events` (401 without user and password) or `/media/<connection id>`."""
        if request.path.startswith("/media/"):
            channel = self._exchange.listening.media_channel(request.path.removeprefix("/media/"))
            return MediaSocket(self._exchange, channel, self._live)
        if request.path != "/ari/events":
            raise UnknownError("Resource not found")
        self._authenticate(request)
        names = request.items("app")
        if not names:
            raise BadRequestError("Missing parameter app")
        return EventSocket(self._exchange, names, self._router.dispatch, subscribe_all=request.flag("subscribeAll"))

    def drop_sockets(self) -> int:
        """Cut every event socket without a word, as a network does; return how many."""
        sockets = [connection for connection in self.connections if isinstance(connection.socket, EventSocket)]
        for connection in sockets:
            connection.abort()
        return len(sockets)

    def _sometimes_reply_first(self, request: Request) -> None:
        """Let the reply to a command come before its events for once: Asterisk promises neither order."""
        if request.method != "GET" and self._exchange.switch.chance():
            for connection in self.connections:
                connection.hold_back(REPLY_LEADS_BY_S)

    def _authenticate(self, request: Request) -> None:
        settings = self._exchange.settings
        expected = f"{settings.user}:{settings.password}".encode()
        given = _basic(request.headers.get("authorization", "")) or request.query.get("api_key", "").encode()
        if not hmac.compare_digest(given, expected):
            raise UnauthorizedError("Authentication required")


def _basic(header: str) -> bytes:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        return b""
