"""`/lab`: the hands of people and tests, at the phones and outside. Loopback peers only."""

import ipaddress
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from telephony.exchange.api.web import NO_CONTENT, Request, Response, Router, json_response
from telephony.exchange.errors import ForbiddenError, UnprocessableError
from telephony.exchange.exchange import Exchange
from telephony.exchange.model.channels import Channel, ChannelKind
from telephony.exchange.model.endpoints import Quality
from telephony.exchange.phones import press_keys
from telephony.exchange.subscribers import BEHAVIOURS, Behaviour

NUMBER = re.compile(r"[0-9+*#]{1,32}")
DIGITS = re.compile(r"[0-9A-D*#]{1,32}")


def require_loopback(request: Request) -> None:
    """Refuse (403) whoever does not come from this machine, and pages in a browser, wherever they come from."""
    if "origin" in request.headers:
        raise ForbiddenError("The lab is not for pages in a browser")
    try:
        local = ipaddress.ip_address(request.peer).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ForbiddenError("Only this machine may use the lab")


class LabRoutes:
    """The handlers. `drop_sockets` and `restart` act on the server around the exchange."""

    def __init__(self, exchange: Exchange, drop_sockets: Callable[[], int], restart: Callable[[], None]) -> None:
        self._exchange = exchange
        self._phones = exchange.phones
        self._drop_sockets = drop_sockets
        self._restart = restart

    def add_to(self, router: Router) -> None:
        """Enter the routes."""
        router.add("GET", "/lab/state", self._state)
        router.add("POST", "/lab/calls", self._call)
        router.add("DELETE", "/lab/calls/{call_id}", self._end_call)
        router.add("POST", "/lab/calls/{call_id}/dtmf", self._call_keys)
        one = "/lab/phones/{phone_id}"
        for name, hand in (("answer", self._phones.answer), ("reject", self._phones.reject),
                           ("hangup", self._phones.hang_up), ("hold", partial(self._phones.hold, on=True)),
                           ("unhold", partial(self._phones.hold, on=False)), ("swap", self._phones.swap),
                           ("join", self._phones.join_calls), ("hangup-second", self._phones.hang_up_second)):  # fmt: skip
            router.add("POST", f"{one}/{name}", partial(self._hand, hand=hand))
        for name, act in (("register", self._phones.register), ("unregister", self._phones.unregister),
                          ("kill", self._phones.kill)):  # fmt: skip
            router.add("POST", f"{one}/{name}", partial(self._act, act=act))
        router.add("GET", one, self._phone)
        router.add("POST", f"{one}/dtmf", self._phone_keys)
        router.add("POST", f"{one}/transfer", partial(self._phone_number, act=self._phones.transfer))
        router.add("POST", f"{one}/dial", partial(self._phone_number, act=self._phones.dial))
        router.add("PUT", f"{one}/quality", self._quality)
        router.add("PUT", f"{one}/settings", self._settings)
        router.add("PUT", "/lab/numbers/{number}", self._number)
        router.add("PUT", "/lab/traffic", self._traffic)
        router.add("POST", "/lab/drop-sockets", self._drop)
        router.add("POST", "/lab/restart", self._restart_soon)

    # -- calls

    def _call(self, request: Request) -> Response:
        body = _object(request)
        caller, dialled = _number(body, "from"), _number(body, "to")
        channel = self._exchange.subscribers.call(
            caller, dialled, talk_s=_seconds(body, "talk_s"), patience_s=_seconds(body, "patience_s")
        )
        return json_response({"id": channel.id}, 201)

    def _end_call(self, request: Request, call_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        self._exchange.subscribers.hang_up(call_id)
        return NO_CONTENT

    def _call_keys(self, request: Request, call_id: str) -> Response:
        channel = self._exchange.subscribers.leg(call_id)
        press_keys(self._exchange.switch, channel, _digits(_object(request)))
        return NO_CONTENT

    # -- phones

    def _phone(self, request: Request, phone_id: str) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response(self._phones.to_json(self._phones.get(phone_id)))

    def _hand(self, request: Request, phone_id: str, *, hand: Callable[..., Channel]) -> Response:  # noqa: ARG002 -- a route gives every handler its request
        channel = hand(self._phones.get(phone_id))
        return json_response({"channel_id": channel.id})

    def _act(self, request: Request, phone_id: str, *, act: Callable[..., None]) -> Response:  # noqa: ARG002 -- a route gives every handler its request
        phone = self._phones.get(phone_id)
        act(phone)
        return json_response(self._phones.to_json(phone))

    def _phone_keys(self, request: Request, phone_id: str) -> Response:
        phone = self._phones.get(phone_id)
        self._phones.dtmf(phone, _digits(_object(request)))
        return NO_CONTENT

    def _phone_number(self, request: Request, phone_id: str, *, act: Callable[..., Channel]) -> Response:
        channel = act(self._phones.get(phone_id), _number(_object(request), "to"))
        return json_response({"channel_id": channel.id})

    def _quality(self, request: Request, phone_id: str) -> Response:
        phone = self._phones.get(phone_id)
        body = _object(request)
        now = phone.endpoint.quality
        quality = Quality(
            rtt_ms=_figure(body, "rtt_ms", now.rtt_ms, 60_000),
            loss=_figure(body, "loss", now.loss, 1),
            jitter_ms=_figure(body, "jitter_ms", now.jitter_ms, 60_000),
        )
        self._phones.set_quality(phone, quality)
        return json_response(self._phones.to_json(phone))

    def _settings(self, request: Request, phone_id: str) -> Response:
        phone = self._phones.get(phone_id)
        for name, value in _object(request).items():
            if name not in ("call_waiting", "manual") or not isinstance(value, bool):
                raise UnprocessableError("Settings are call_waiting and manual, each true or false")
            setattr(phone, name, value)
        return json_response(self._phones.to_json(phone))

    # -- the rest

    def _number(self, request: Request, number: str) -> Response:
        body = _object(request)
        if not NUMBER.fullmatch(number):
            raise UnprocessableError("The number holds something other than digits")
        kind = body.get("behaviour")
        if kind not in BEHAVIOURS:
            raise UnprocessableError(f"behaviour must be one of {', '.join(BEHAVIOURS)}")
        after_s = _seconds(body, "after_s")
        self._exchange.subscribers.set_behaviour(number, Behaviour(kind, 2.0 if after_s is None else after_s))
        return NO_CONTENT

    def _traffic(self, request: Request) -> Response:
        rate = _figure(_object(request), "calls_per_minute", -1, 6000)
        if rate < 0:
            raise UnprocessableError("calls_per_minute is missing")
        self._exchange.traffic.set_rate(rate)
        return NO_CONTENT

    def _drop(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        return json_response({"dropped": self._drop_sockets()})

    def _restart_soon(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        self._restart()
        return json_response({"restarting": True}, 202)

    def _state(self, request: Request) -> Response:  # noqa: ARG002 - the shape of a handler
        switch = self._exchange.switch
        return json_response(
            {
                "phones": {phone.id: self._phones.to_json(phone) for phone in self._phones.all()},
                "channels": {leg.id: self._leg_json(leg) for leg in switch.channels.values()},
                "bridges": {
                    bridge.id: {"type": bridge.bridge_type, "channels": bridge.channel_ids}
                    for bridge in switch.bridges.values()
                },
                "applications": [app.name for app in switch.apps.all()],
                "calls_per_minute": self._exchange.traffic.calls_per_minute,
            }
        )

    def _leg_json(self, leg: Channel) -> dict[str, Any]:
        heard = self._exchange.hearing.heard_by(leg)
        return {
            "kind": leg.kind.value,
            "phone": leg.resource if leg.kind is ChannelKind.SEAT else "",
            "number": leg.party,
            "state": leg.state.value,
            "outgoing": leg.outgoing,
            "in_stasis": leg.in_stasis,
            "bridge": leg.bridge_id,
            "held_by_phone": leg.held_by_phone,
            "held_by_exchange": leg.held_by_exchange,
            "args": list(leg.app_args),
            "digits": leg.digits,
            "hears": sorted(f"{source.kind}:{source.key}" for source in heard),
        }


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.body, dict):
        raise UnprocessableError("A JSON object is expected")
    return request.body


def _number(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise UnprocessableError(f"{name} must be a telephone number: digits, + * #, up to 32")
    return value


def _digits(body: dict[str, Any]) -> str:
    value = body.get("digits")
    if not isinstance(value, str) or not DIGITS.fullmatch(value):
        raise UnprocessableError("digits must hold keys of a telephone")
    return value


def _seconds(body: dict[str, Any], name: str) -> float | None:
    return None if body.get(name) is None else _figure(body, name, 0, 86_400)


def _figure(body: dict[str, Any], name: str, default: float, most: float) -> float:
    value = body.get(name, default)
    if value is default:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise UnprocessableError(f"{name} must be a number from 0 to {most:g}")
    return float(value)
