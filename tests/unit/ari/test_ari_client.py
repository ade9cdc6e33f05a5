from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from telephony.ari.client import AriClient, path
from telephony.ari.lab_phones import LabPhones
from telephony.errors import NoSuchCallError, PbxCredentialsError, PbxRefusedError, PbxUnreachableError, TelephonyError
from telephony.types import DeviceId


def client(answer: Any, url: str = "http://pbx.invalid:8088/ari") -> AriClient:
    made = AriClient(url, "user", "se:cret")
    made._transport = httpx.MockTransport(answer)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize(
    "url",
    [
        "http://pbx.invalid:8088",
        "http://pbx.invalid:8088/",
        "http://pbx.invalid:8088/ari",
        "http://pbx.invalid:8088/ari/",
    ],
)
async def test_a_request_and_its_reply(url: str) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": "c1"})

    async with client(answer, url) as pbx:
        assert pbx.socket_root == "ws://pbx.invalid:8088"
        assert await pbx.request("POST", path("channels", "a/b"), {"callerId": "1 <1>"}, {"variables": {}}) == {
            "id": "c1"
        }
    assert str(seen[0].url) == "http://pbx.invalid:8088/ari/channels/a%2Fb?callerId=1+%3C1%3E"
    assert seen[0].headers["Authorization"] == "Basic " + base64.b64encode(b"user:se:cret").decode()
    assert "cret" not in str(seen[0].url)


async def test_an_empty_reply() -> None:
    async with client(lambda _request: httpx.Response(204)) as pbx:
        assert await pbx.request("DELETE", "channels/c1") is None


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, NoSuchCallError),
        (401, PbxCredentialsError),
        (403, PbxCredentialsError),
        (409, PbxRefusedError),
        (500, PbxRefusedError),
        (302, PbxRefusedError),
    ],
)
async def test_each_failure_has_its_name_and_betrays_nothing(status: int, error: type[TelephonyError]) -> None:
    async with client(lambda _request: httpx.Response(status, json={"message": "13800001111"})) as pbx:
        with pytest.raises(error) as raised:
            await pbx.request("GET", "channels/13800001111/variable")
    assert "13800001111" not in str(raised.value)
    if isinstance(raised.value, PbxRefusedError):
        assert raised.value.status == status


async def test_no_reply_and_nonsense() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no", request=request)

    async with client(refuse) as pbx:
        with pytest.raises(PbxUnreachableError):
            await pbx.request("GET", "channels")
    async with client(lambda _request: httpx.Response(200, text="<html>")) as pbx:
        with pytest.raises(PbxRefusedError):
            await pbx.request("GET", "channels")


@pytest.mark.parametrize("url", ["", "pbx:8088", "ftp://pbx", "http://"])
def test_a_wrong_address_is_named(url: str) -> None:
    with pytest.raises(ValueError, match="http://host:8088/ari"):
        AriClient(url, "user", "secret")


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, None), (404, NoSuchCallError), (409, NoSuchCallError), (500, PbxRefusedError), (0, PbxUnreachableError)],
)
async def test_the_remote_of_the_lab_s_phones(status: int, error: type[TelephonyError] | None) -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        if not status:
            raise httpx.ConnectError("no", request=request)
        return httpx.Response(status)

    phones = LabPhones("http://pbx.invalid:8088/ari")
    phones._transport = httpx.MockTransport(answer)  # type: ignore[assignment]
    if error is None:
        await phones.answer(DeviceId("1001"))
    else:
        with pytest.raises(error):
            await phones.answer(DeviceId("1001"))
    await phones.close()
    assert paths == ["/lab/phones/1001/answer"]
