"""HTTP to Asterisk's REST interface: one request, one deadline, named errors. Nothing of it is ever logged."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

import httpx
from aiohttp import ClientSession, DummyCookieJar, TCPConnector
from httpx_aiohttp import AiohttpTransport

from telephony.errors import NoSuchCallError, PbxCredentialsError, PbxRefusedError, PbxUnreachableError

DEADLINE_S = 3.0
_IDLE_S = (
    10.0  # below Asterisk's session_keep_alive (15 s), so that it never closes a connection that we are about to use
)
_CONNECTIONS = 32
_PIECE_BYTES = 256 * 1024


def path(*segments: str) -> str:
    """A path below ``/ari`` with each segment quoted."""
    return "/".join(quote(segment, safe="") for segment in segments)


def basic_auth(user: str, password: str) -> str:
    """The value of the ``Authorization`` header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class AriClient:
    """One user of one PBX. ``url`` is its HTTP root, with or without ``/ari`` at the end.

    httpx's transport is used directly: its client writes every URL to the log, and ours hold phone numbers. It is the one
    over aiohttp, because httpx's own pool costs several times as much (ADR 58). To be used in one event loop.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("the address of the PBX must be like http://host:8088/ari")
        self._root = url.rstrip("/").removesuffix("/ari")
        self._headers = {"Authorization": basic_auth(user, password)}
        self._transport: httpx.AsyncBaseTransport = AiohttpTransport(client=_session)
        self._closed = False

    @property
    def socket_root(self) -> str:
        """The same PBX for a WebSocket."""
        return "ws" + self._root.removeprefix("http")

    @property
    def authorization(self) -> str:
        """The header that proves who we are."""
        return self._headers["Authorization"]

    async def request(
        self,
        method: str,
        resource: str,
        params: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> Any:
        """The decoded JSON of the reply, ``None`` when it is empty.

        Raises ``NoSuchCallError`` (404), ``PbxCredentialsError`` (401, 403), ``PbxUnreachableError`` (no reply within
        ``deadline_s`` seconds) and ``PbxRefusedError`` for every other status that is no success.
        """
        self._require_open()
        query = f"?{urlencode(params)}" if params else ""
        patience = {"timeout": {"connect": deadline_s, "read": deadline_s, "write": deadline_s, "pool": deadline_s}}
        request = httpx.Request(
            method, f"{self._root}/ari/{resource}{query}", headers=self._headers, json=body, extensions=patience
        )
        try:
            response = await self._transport.handle_async_request(request)
            await response.aread()
        except httpx.TransportError as error:
            raise PbxUnreachableError(f"{method} {_kind(resource)}: {type(error).__name__}") from error
        return _content(response, f"{method} {_kind(resource)}")

    async def download(self, resource: str, deadline_s: float = DEADLINE_S) -> AsyncIterator[bytes]:
        """The body of the reply in pieces, however large; ``deadline_s`` is for each of them. Raises as ``request``."""
        self._require_open()
        patience = {"timeout": {"connect": deadline_s, "read": deadline_s, "write": deadline_s, "pool": deadline_s}}
        request = httpx.Request("GET", f"{self._root}/ari/{resource}", headers=self._headers, extensions=patience)
        try:
            response = await self._transport.handle_async_request(request)
            try:
                if response.status_code >= 300:
                    await response.aread()
                    _content(response, f"GET {_kind(resource)}")
                async for piece in response.aiter_raw(_PIECE_BYTES):
                    yield piece
            finally:
                await response.aclose()
        except httpx.TransportError as error:
            raise PbxUnreachableError(f"GET {_kind(resource)}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close all connections; from then on the PBX is unreachable by this client."""
        self._closed = True
        await self._transport.aclose()

    def _require_open(self) -> None:
        if self._closed:
            raise PbxUnreachableError("the client is closed")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _session() -> ClientSession:
    connector = TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_IDLE_S)
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar())


def _kind(resource: str) -> str:
    """The resource's first and last word, without the ids between (which may be numbers of people)."""
    first, _, rest = resource.partition("/")
    return f"{first}…{rest.rpartition('/')[2]}" if rest.count("/") else first


def _content(response: httpx.Response, what: str) -> Any:
    status = response.status_code
    if status == 404:
        raise NoSuchCallError(f"{what}: not there")
    if status in {401, 403}:
        raise PbxCredentialsError(f"{what}: the PBX does not know this user and password")
    if status >= 300:
        raise PbxRefusedError(f"{what}: status {status}", status)
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise PbxRefusedError(f"{what}: the reply is not JSON", status) from error
