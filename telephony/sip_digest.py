"""Lets a browser register a phone without knowing its secret. Pure.

The browser signs with a password that holds for its own socket only. On the way to the PBX each signature is checked
against that password and written anew with the phone's real secret (digest authentication: RFC 3261, section 22, RFC 2617).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

from telephony.types import DeviceId

_HEADER = re.compile(
    r"^(Proxy-Authorization|Authorization)[ \t]*:[ \t]*Digest[ \t]+(.+?)\r?$", re.IGNORECASE | re.MULTILINE
)
_FIELD = re.compile(r'(\w+)[ \t]*=[ \t]*(?:"([^"]*)"|([^\s,]+))')
_RESPONSE = re.compile(r'(\bresponse[ \t]*=[ \t]*")[0-9a-fA-F]*(")')
_FROM = re.compile(r"^(?:From|f)[ \t]*:[^\r\n]*?<?sip:([^@;>\s]+)@", re.IGNORECASE | re.MULTILINE)
_REQUEST = re.compile(r"^([A-Z]+) \S+ SIP/2\.0\r?\n")
_INDIALOGUE = frozenset({"ACK", "BYE", "CANCEL", "INFO", "PRACK", "UPDATE", "OPTIONS", "NOTIFY"})


class ForgedMessageError(Exception):
    """The message claims to be another phone's, or is not signed with the password of its socket."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """``password``: what the browser signs with; ``secret``: what the PBX knows."""

    device: DeviceId
    password: str
    secret: str


def resigned(message: str, credentials: Credentials) -> str:
    """``message`` from the browser as the PBX is to get it. Raises ``ForgedMessageError``.

    Replies and messages without a signature pass unchanged, so that the PBX itself asks for one.
    """
    request = _REQUEST.match(message)
    if request is None:
        return message
    sender = _FROM.search(message)
    if request[1] not in _INDIALOGUE and (sender is None or sender[1] != credentials.device):
        raise ForgedMessageError("a request in another phone's name")
    return _HEADER.sub(lambda header: _signed(header, request[1], credentials), message)


def _signed(header: re.Match[str], method: str, credentials: Credentials) -> str:
    fields = {name.lower(): quoted or plain for name, quoted, plain in _FIELD.findall(header[2])}
    if fields.get("username") != credentials.device or fields.get("algorithm", "MD5").upper() != "MD5":
        raise ForgedMessageError("a signature in another phone's name")
    expected = _response(fields, method, credentials.device, credentials.password)
    if not hmac.compare_digest(expected.encode(), fields.get("response", "").lower().encode()):
        raise ForgedMessageError("a signature by another password")
    real = _response(fields, method, credentials.device, credentials.secret)
    return _RESPONSE.sub(rf"\g<1>{real}\g<2>", header[0])


def _response(fields: dict[str, str], method: str, user: str, secret: str) -> str:
    first = _md5(f"{user}:{fields.get('realm', '')}:{secret}")
    second = _md5(f"{method}:{fields.get('uri', '')}")
    nonce, qop = fields.get("nonce", ""), fields.get("qop", "")
    if qop:
        return _md5(f"{first}:{nonce}:{fields.get('nc', '')}:{fields.get('cnonce', '')}:{qop}:{second}")
    return _md5(f"{first}:{nonce}:{second}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
