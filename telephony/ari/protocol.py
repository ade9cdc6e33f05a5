"""What Asterisk says over ARI, as far as we use it: JSON in, frozen dataclasses out. Pure.

Whatever we do not use becomes ``Unknown``; what has not the shape that the ARI documentation promises raises ``ProtocolError``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson

from telephony.ari.messages import (
    ApplicationReplaced,
    AriEvent,
    Bridge,
    Channel,
    ChannelDestroyed,
    ChannelEnteredBridge,
    ChannelHold,
    ChannelLeftBridge,
    ChannelRinging,
    ChannelTransfer,
    ContactStatusChange,
    Endpoint,
    PeerStatusChange,
    RecordingChange,
    StasisStart,
    Unknown,
)
from telephony.ari.names import cause_of, decode_args
from telephony.errors import TelephonyError
from telephony.types import DeviceId


class ProtocolError(TelephonyError):
    """The PBX sent something that is not ARI as documented."""

    code = "pbx_protocol"


def parse_time(text: str) -> datetime:
    """``2026-11-22T20:48:47.289+0000`` as aware UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ProtocolError(f"not a timestamp: {text!r}") from error
    if moment.tzinfo is None:
        raise ProtocolError(f"timestamp without zone: {text!r}")
    return moment.astimezone(UTC)


def parse_start(info: dict[str, Any]) -> datetime | None:
    """Since when the PBX runs, from what it says of itself; ``None`` when it does not say."""
    try:
        return parse_time(_field(info, "status", "startup_time"))
    except ProtocolError:
        return None


def _field(source: dict[str, Any], *path: str) -> str:
    value: Any = source
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if not isinstance(value, str):
        raise ProtocolError(f"no text at {'.'.join(path)}")
    return value


def parse_channel(raw: dict[str, Any]) -> Channel:
    """A channel object."""
    return Channel(
        id=_field(raw, "id"),
        name=_field(raw, "name"),
        state=_field(raw, "state"),
        number=_field(raw, "caller", "number"),
        app_name=_field(raw, "dialplan", "app_name"),
        app_args=tuple(_field(raw, "dialplan", "app_data").split(",")),
        created_at=parse_time(_field(raw, "creationtime")),
    )


def parse_bridge(raw: dict[str, Any]) -> Bridge:
    """A bridge object."""
    channels = raw.get("channels")
    if not isinstance(channels, list):
        raise ProtocolError("a bridge without channels")
    return Bridge(_field(raw, "id"), _field(raw, "bridge_type"), tuple(str(channel) for channel in channels))


def parse_endpoint(raw: dict[str, Any]) -> Endpoint:
    """An endpoint object."""
    return Endpoint(DeviceId(_field(raw, "resource")), raw.get("state") == "online")


def _stasis_start(raw: dict[str, Any], at: datetime) -> AriEvent:
    args = raw.get("args")
    if not isinstance(args, list):
        raise ProtocolError("StasisStart without args")
    channel = raw.get("channel")
    if not isinstance(channel, dict):
        raise ProtocolError("StasisStart without channel")
    return StasisStart(at, parse_channel(channel), decode_args([str(arg) for arg in args]))


def _state_change(raw: dict[str, Any], at: datetime) -> AriEvent | Unknown:
    if _field(raw, "channel", "state") != "Ringing":
        return Unknown("ChannelStateChange")
    return ChannelRinging(at, _field(raw, "channel", "id"))


def _dial(raw: dict[str, Any], at: datetime) -> AriEvent | Unknown:
    if raw.get("dialstatus") != "RINGING":
        return Unknown("Dial")
    return ChannelRinging(at, _field(raw, "peer", "id"))


def _destroyed(raw: dict[str, Any], at: datetime) -> AriEvent:
    number = raw.get("cause")
    return ChannelDestroyed(at, _field(raw, "channel", "id"), cause_of(number if isinstance(number, int) else 0))


def _entered(raw: dict[str, Any], at: datetime) -> AriEvent:
    return ChannelEnteredBridge(at, _field(raw, "channel", "id"), _field(raw, "bridge", "id"))


def _left(raw: dict[str, Any], at: datetime) -> AriEvent:
    return ChannelLeftBridge(at, _field(raw, "channel", "id"), _field(raw, "bridge", "id"))


def _hold(raw: dict[str, Any], at: datetime) -> AriEvent:
    return ChannelHold(at, _field(raw, "channel", "id"), raw["type"] == "ChannelHold")


def _transfer(raw: dict[str, Any], at: datetime) -> AriEvent | Unknown:
    if raw.get("state"):
        return Unknown("ChannelTransfer")  # an echo of how it was answered
    channel = _field(raw, "referred_by", "source_channel", "id")
    refer = raw.get("refer_to")
    if isinstance(refer, dict) and refer.get("destination_channel"):
        return ChannelTransfer(at, channel, "", _field(refer, "destination_channel", "id"))
    try:
        return ChannelTransfer(at, channel, _field(raw, "refer_to", "requested_destination", "destination"))
    except ProtocolError:
        return ChannelTransfer(at, channel, "")  # to a dialog that is none of this PBX's


def _peer(raw: dict[str, Any], at: datetime) -> AriEvent:
    online = _field(raw, "peer", "peer_status") in {"Reachable", "Registered"}
    return PeerStatusChange(at, DeviceId(_field(raw, "endpoint", "resource")), online)


def _contact(raw: dict[str, Any], at: datetime) -> AriEvent:
    reachable = _field(raw, "contact_info", "contact_status") == "Reachable"
    micros = _field(raw, "contact_info", "roundtrip_usec") if reachable else ""
    if micros and not micros.isdecimal():
        raise ProtocolError("roundtrip_usec is no number")
    device = DeviceId(_field(raw, "endpoint", "resource"))
    return ContactStatusChange(
        at, device, _field(raw, "endpoint", "state") == "online", int(micros) / 1000 if micros else None
    )


def _recording(raw: dict[str, Any], at: datetime) -> AriEvent:
    recording = raw.get("recording")
    duration = recording.get("duration") if isinstance(recording, dict) else None
    known = float(duration) if isinstance(duration, int | float) else None
    return RecordingChange(
        at, _field(raw, "recording", "name"), raw["type"] != "RecordingStarted", known, raw["type"] == "RecordingFailed"
    )


def _replaced(_raw: dict[str, Any], at: datetime) -> AriEvent:
    return ApplicationReplaced(at)


_PARSERS: dict[str, Callable[[dict[str, Any], datetime], AriEvent | Unknown]] = {
    "StasisStart": _stasis_start,
    "ChannelStateChange": _state_change,
    "Dial": _dial,
    "ChannelDestroyed": _destroyed,
    "ChannelEnteredBridge": _entered,
    "ChannelLeftBridge": _left,
    "ChannelHold": _hold,
    "ChannelUnhold": _hold,
    "ChannelTransfer": _transfer,
    "PeerStatusChange": _peer,
    "ContactStatusChange": _contact,
    "RecordingStarted": _recording,
    "RecordingFinished": _recording,
    "RecordingFailed": _recording,
    "ApplicationReplaced": _replaced,
}


def parse_event(frame: bytes | str) -> AriEvent | Unknown:
    """One message of the event socket. Raises ``ProtocolError``, and nothing else, for whatever can't be read."""
    try:
        raw = orjson.loads(frame)
    except ValueError as error:
        raise ProtocolError("not JSON") from error
    if not isinstance(raw, dict):
        raise ProtocolError("not an object")
    kind = _field(raw, "type")
    parser = _PARSERS.get(kind)
    return parser(raw, parse_time(_field(raw, "timestamp"))) if parser else Unknown(kind)
