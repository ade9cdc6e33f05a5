import hashlib

import pytest

from telephony.sip_digest import Credentials, ForgedMessageError, resigned
from telephony.types import DeviceId

OURS = Credentials(DeviceId("1001"), "one-time", "real-secret")


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def response(password, method="REGISTER", user="1001"):
    first = md5(f"{user}:xktcc:{password}")
    return md5(f"{first}:n1:00000001:c1:auth:{md5(f'{method}:sip:x')}")


def message(signature, method="REGISTER", user="1001", sender="1001"):
    return (
        f"{method} sip:x SIP/2.0\r\nVia: SIP/2.0/WSS h;branch=z9\r\nFrom: <sip:{sender}@x>;tag=1\r\n"
        f'Authorization: Digest algorithm=MD5, username="{user}", realm="xktcc", nonce="n1", uri="sip:x", '
        f'response="{signature}", qop=auth, cnonce="c1", nc=00000001\r\nContent-Length: 0\r\n\r\n'
    )


def test_a_browsers_signature_becomes_the_phones():
    assert resigned(message(response("one-time")), OURS) == message(response("real-secret"))


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "BYE"])
def test_each_method_has_its_own(method):
    assert response("real-secret", method) in resigned(message(response("one-time", method), method), OURS)


@pytest.mark.parametrize(
    "forged",
    [
        message(response("guessed")),
        message(response("real-secret")),
        message(response("one-time", user="1002"), user="1002"),
        message(response("one-time"), sender="1002"),
        message(""),
        message(response("one-time")).replace("algorithm=MD5", "algorithm=SHA-256"),
    ],
    ids=["another password", "the secret itself", "another user", "another sender", "empty", "another algorithm"],
)
def test_what_is_not_the_sockets_own_is_refused(forged):
    with pytest.raises(ForgedMessageError):
        resigned(forged, OURS)


@pytest.mark.parametrize(
    "plain",
    [
        "SIP/2.0 200 OK\r\nFrom: <sip:1002@x>\r\n\r\n",
        "REGISTER sip:x SIP/2.0\r\nFrom: <sip:1001@x>;tag=1\r\nContent-Length: 0\r\n\r\n",
        "BYE sip:x SIP/2.0\r\nFrom: <sip:13800001111@x>;tag=1\r\n\r\n",
        "\r\n\r\n",
    ],
    ids=["reply", "unsigned", "in a dialogue that the other side began", "keep-alive"],
)
def test_the_rest_passes_unchanged(plain):
    assert resigned(plain, OURS) == plain
