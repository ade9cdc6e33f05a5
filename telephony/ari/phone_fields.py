"""What a seat's phone is to Asterisk: the fields of its PJSIP endpoint, address of record and authentication. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

from telephony.phones import PhoneKind
from telephony.types import DeviceId

REALM = "xktcc"
CONTEXT = "xktcc-seat"
LOOK = "xktcc-look"
"""The dialplan's place for a channel that lives for a moment, to be asked for what only a channel can tell."""
_DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,31}")
_TOKEN = re.compile(r"[\x21-\x7e]{8,128}")

Fields = dict[str, str]


def valid_device(device: str) -> bool:
    """Whether a phone id can be one: 2 to 32 letters, digits, ``-`` and ``_``, and no trunk-like blanks or signs."""
    return _DEVICE.fullmatch(device) is not None


def valid_token(token: str) -> bool:
    """Whether a token can be one: 8 to 128 printable ASCII characters without blanks."""
    return _TOKEN.fullmatch(token) is not None


def digest(device: DeviceId, token: str) -> str:
    """What Asterisk keeps in place of the token: MD5 of ``user:realm:secret``, as SIP's digest asks (RFC 3261, 22.4)."""
    return hashlib.md5(f"{device}:{REALM}:{token}".encode(), usedforsecurity=False).hexdigest()


def same_digest(fields: Fields, device: DeviceId, token: str) -> bool:
    """Whether an ``auth`` object accepts this pair, whether it holds the digest or (from a file) the plain secret."""
    if fields.get("username") != device:
        return False
    if fields.get("password"):
        return hmac.compare_digest(fields["password"].encode(), token.encode())
    if fields.get("realm") != REALM:
        return False
    return hmac.compare_digest(fields.get("md5_cred", "").encode(), digest(device, token).encode())


def auth_fields(device: DeviceId, token: str) -> Fields:
    """The ``auth`` object. The token itself is not in it."""
    return {"auth_type": "md5", "username": device, "realm": REALM, "md5_cred": digest(device, token)}


def aor_fields() -> Fields:
    """The ``aor`` object: one phone at a time, the newest; asked every 5 s whether it is there."""
    return {
        "max_contacts": "1",
        "remove_existing": "yes",
        "qualify_frequency": "5",
        "qualify_timeout": "2.0",
        "minimum_expiration": "10",
        "default_expiration": "60",
        "maximum_expiration": "120",
    }


def endpoint_fields(device: DeviceId, kind: PhoneKind, rtp_timeout_s: int) -> Fields:
    """The ``endpoint`` object. After ``rtp_timeout_s`` seconds without sound a phone in a call counts as gone."""
    common = {
        "context": CONTEXT,
        "auth": device,
        "aors": device,
        "callerid": f"<{device}>",
        "direct_media": "no",
        "rtp_symmetric": "yes",
        "force_rport": "yes",
        "rewrite_contact": "yes",
        "dtmf_mode": "auto",
        "send_pai": "no",
        "rtp_timeout": str(rtp_timeout_s),
        "rtp_timeout_hold": "7200",
        "notify_early_inuse_ringing": "yes",
        "allow_subscribe": "no",
    }
    return common | (_BROWSER if kind is PhoneKind.BROWSER else _DESK)


_DESK = {"webrtc": "no", "allow": "!all,alaw,ulaw,g722"}
_BROWSER = {"webrtc": "yes", "allow": "!all,opus,alaw,ulaw"}


def kind_of(endpoint: Fields) -> PhoneKind:
    """The kind of phone that an ``endpoint`` object is for."""
    return PhoneKind.BROWSER if endpoint.get("webrtc") == "yes" else PhoneKind.DESK


def as_body(fields: Fields) -> dict[str, Any]:
    """Fields as ARI takes them."""
    return {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}


def as_fields(reply: Any) -> Fields:
    """Fields as ARI gives them; what is no field is left out."""
    pairs = reply if isinstance(reply, list) else []
    return {
        str(one["attribute"]): str(one["value"])
        for one in pairs
        if isinstance(one, dict) and {"attribute", "value"} <= one.keys()
    }
