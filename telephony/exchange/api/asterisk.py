"""`/ari/asterisk` and `/ari/applications`."""

from typing import Any

from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, json_response
from telephony.exchange.clock import ari_timestamp
from telephony.exchange.errors import BadRequestError, UnknownError, UnprocessableError
from telephony.exchange.exchange import Exchange
from telephony.exchange.model.apps import ALL, Application
from telephony.exchange.model.switch import ENTITY_ID, SYSTEM_NAME

VERSION = "22.10.0-embedded"


class AsteriskRoutes:
    """The handlers of both resources."""

    def __init__(self, exchange: Exchange) -> None:
        self._switch = exchange.switch
        self._globals: dict[str, str] = {}

    def add_to(self, router: Router) -> None:
        """Enter the routes."""
        router.add("GET", "/ari/asterisk/info", self._info)
        router.add("GET", "/ari/asterisk/ping", self._ping)
        router.add("GET", "/ari/asterisk/variable", self._get_variable)
        router.add("POST", "/ari/asterisk/variable", self._set_variable)
        router.add("GET", "/ari/applications", self._list)
        router.add("GET", "/ari/applications/{name}", self._get)
        router.add("PUT", "/ari/applications/{name}/eventFilter", self._filter)
        router.add("POST", "/ari/applications/{name}/subscription", self._subscribe)
        router.add("DELETE", "/ari/applications/{name}/subscription", self._unsubscribe)

    def _info(self, request: Request) -> Response:
        started = ari_timestamp(self._switch.started)
        info: dict[str, Any] = {
            "build": {"os": "Linux", "kernel": "", "options": "", "machine": "", "date": "", "user": "XktCC exchange"},
            "system": {"version": VERSION, "entity_id": ENTITY_ID},
            "config": {"name": SYSTEM_NAME, "default_language": "en", "setid": {"user": "", "group": ""}},
            "status": {"startup_time": started, "last_reload_time": started},
        }
        only = request.items("only")
        return json_response({key: value for key, value in info.items() if not only or key in only})

    def _ping(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        timestamp = ari_timestamp(self._switch.clock.now())
        return json_response({"asterisk_id": ENTITY_ID, "ping": "pong", "timestamp": timestamp})

    def _get_variable(self, request: Request) -> Response:
        name = request.required("variable", "Variable name is required")
        return json_response({"value": self._globals.get(name, "")})

    def _set_variable(self, request: Request) -> Response:
        self._globals[request.required("variable", "Variable name is required")] = request.params.get("value", "")
        return NO_CONTENT

    # -- applications

    def _list(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response([app.to_json() for app in self._switch.apps.all()])

    def _get(self, request: Request, name: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._switch.apps.get(name).to_json())

    def _filter(self, request: Request, name: str) -> Response:
        app = self._switch.apps.get(name)
        body = request.body if isinstance(request.body, dict) else {}
        if "allowed" not in body and "disallowed" not in body:
            app.allowed, app.disallowed = [], []
        if "allowed" in body:
            app.allowed = _rules(body["allowed"])
        if "disallowed" in body:
            app.disallowed = _rules(body["disallowed"])
        return json_response(app.to_json())

    def _subscribe(self, request: Request, name: str) -> Response:
        app = self._switch.apps.get(name)
        for kind, thing in self._sources(request):
            self._set_of(app, kind).add(thing)
        return json_response(app.to_json())

    def _unsubscribe(self, request: Request, name: str) -> Response:
        app = self._switch.apps.get(name)
        for kind, thing in self._sources(request):
            if thing not in self._set_of(app, kind):
                raise UnprocessableError("Event source was not subscribed to")
            self._set_of(app, kind).discard(thing)
        return json_response(app.to_json())

    def _sources(self, request: Request) -> list[tuple[str, str]]:
        request.required("eventSource", "Missing parameter eventSource")
        found: list[tuple[str, str]] = []
        for source in request.items("eventSource"):
            kind, colon, thing = source.partition(":")
            if not colon or kind not in ALL:
                raise BadRequestError("Invalid event source URI scheme")
            if thing and not self._exists(kind, thing):
                raise UnprocessableError("Event source does not exist")
            found.append((kind, thing or ALL[kind]))
        return found

    def _exists(self, kind: str, thing: str) -> bool:
        if kind == "channel":
            return thing in self._switch.channels
        if kind == "bridge":
            return thing in self._switch.bridges
        if kind == "endpoint":
            return thing.partition("/")[2] in self._switch.endpoints
        return True

    def _set_of(self, app: Application, kind: str) -> set[str]:
        try:
            return app.subscribed(kind)
        except KeyError:
            raise UnknownError("Resource not found") from None


def _rules(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(rule, dict) and "type" in rule for rule in value):
        raise BadRequestError("Invalid format definition")
    return value
