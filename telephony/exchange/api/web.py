"""Requests, responses and routes: what the resource modules see of HTTP. No I/O."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from telephony.exchange.errors import BadRequestError, MethodError, UnknownError

REASON_PHRASES = {
    200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 412: "Precondition Failed",
    422: "Unprocessable Entity", 500: "Internal Server Error", 501: "Not Implemented",
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """One request. `params` holds the query, and the scalar fields of a JSON body, which Asterisk takes for parameters too."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any = None
    peer: str = ""
    params: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter, or `default`."""
        return self.params.get(name) or default

    def required(self, name: str, message: str) -> str:
        """Return a parameter; BadRequestError with `message` when it is missing or empty."""
        value = self.params.get(name, "")
        if not value:
            raise BadRequestError(message)
        return value

    def number(self, name: str, default: float) -> float:
        """Return a numeric parameter; BadRequestError when it is not a number."""
        value = self.params.get(name, "")
        if not value:
            return default
        try:
            return float(value)
        except ValueError:
            raise BadRequestError(f"Parameter {name} is not a number") from None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean parameter as Asterisk reads it."""
        value = self.params.get(name, "").lower()
        return value in ("true", "yes", "1", "on", "t", "y") if value else default

    def items(self, name: str) -> list[str]:
        """Return a list parameter, given comma-separated."""
        return [item for item in self.params.get(name, "").split(",") if item]

    def variables(self) -> dict[str, str]:
        """Return the channel variables of a body: `{"variables": {name: value}}`, each a string or `{"value": ...}`."""
        found = self.body.get("variables") if isinstance(self.body, dict) else None
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise BadRequestError("The 'variables' field must be a JSON object")
        result: dict[str, str] = {}
        for name, value in found.items():
            plain = value.get("value") if isinstance(value, dict) else value
            if not isinstance(plain, str):
                raise BadRequestError(
                    "Each value in 'variables' must be a string or an object with 'value' and optional 'report_events'"
                )
            result[name] = plain
        return result


@dataclass(frozen=True)
class Response:
    """One response: JSON unless `content_type` says otherwise; no body for 204."""

    status: int = 200
    content: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def json_response(body: Any, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(status, orjson.dumps(body))


def error_response(status: int, message: str) -> Response:
    """Return a refusal as Asterisk words it."""
    return json_response({"message": message}, status)


NO_CONTENT = Response(204)

Handler = Callable[..., Response]


class Router:
    """Finds the handler of a method and path. Variable segments are written `{name}`, a rest of any length `{name+}`."""

    def __init__(self) -> None:
        self._routes: list[tuple[re.Pattern[str], dict[str, Handler]]] = []
        self._by_pattern: dict[str, dict[str, Handler]] = {}

    def add(self, method: str, pattern: str, handler: Handler) -> None:
        """Enter a route; earlier ones win."""
        methods = self._by_pattern.get(pattern)
        if methods is None:
            methods = self._by_pattern[pattern] = {}
            # braces are not escaped by re.escape's caller: the pattern language is ours and has no other specials
            expression = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", pattern)
            expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", expression)
            self._routes.append((re.compile(expression), methods))
        methods[method] = handler

    def dispatch(self, request: Request) -> Response:
        """Answer a request; UnknownError for an unknown path, MethodError for an unknown method on a known one."""
        known = False
        for expression, methods in self._routes:
            match = expression.fullmatch(request.path)
            if match is None:
                continue
            known = True
            handler = methods.get(request.method)
            if handler is not None:
                return handler(request, **{name: unquote(value) for name, value in match.groupdict().items()})
        if known:
            raise MethodError("Invalid method")
        raise UnknownError("Resource not found")


def make_request(method: str, target: str, headers: dict[str, str], content: bytes, peer: str) -> Request:
    """Build a request from its parts on the wire; BadRequestError when its body is no JSON."""
    parts = urlsplit(target)
    query: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    body = _parse_body(content, headers.get("content-type", ""))
    params = dict(query)
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, bool):
                params.setdefault(name, "true" if value else "false")
            elif isinstance(value, str | int | float):
                params.setdefault(name, str(value))
            elif isinstance(value, list):
                params.setdefault(name, ",".join(str(item) for item in value))
    return Request(method, parts.path, query, headers, body, peer, params)


def _parse_body(content: bytes, content_type: str) -> Any:
    if not content:
        return None
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadRequestError("Request body is not valid JSON") from None
