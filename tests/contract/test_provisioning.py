"""Phones are given to seats and taken away at run time, on a real Asterisk; and what is wrong with a pair is told."""

import logging
import uuid
from collections.abc import AsyncIterator

import pytest

from telephony.ari.client import AriClient, path
from telephony.ari.provisioning import BadPhoneError, FixedInFilesError, Provisioning
from telephony.phones import PhoneKind, Problem
from telephony.types import DeviceId
from tests.contract.pbx import AsteriskPbx, until_so

pytestmark = pytest.mark.asterisk
TOKEN, NEW_TOKEN = "first-token-of-the-test", "second-token-of-the-test"


@pytest.fixture
def phones(ari: AriClient) -> Provisioning:
    return Provisioning(ari)


@pytest.fixture
async def device(real: AsteriskPbx, phones: Provisioning) -> AsyncIterator[DeviceId]:
    """A phone id that nobody had before."""
    name = DeviceId(f"t{uuid.uuid4().hex[:8]}")
    yield name
    await real.phones.do("leave", user=name)
    await phones.remove(name)


async def registers(real: AsteriskPbx, device: str, token: str) -> None:
    await real.phones.do("phone", user=device, pitch_hz=900, token=token)

    async def registered() -> bool:
        return (await real.state())[device]["registered"]

    await until_so(registered, 5, "the phone registers")


async def test_a_new_phone_is_known_registers_and_is_taken_away(
    real: AsteriskPbx, phones: Provisioning, device: DeviceId
) -> None:
    assert (await phones.check(device, TOKEN)).problem is Problem.NOT_KNOWN
    await phones.provide(device, TOKEN)
    before = await phones.check(device, TOKEN)
    assert (before.accepted, before.problem) == (True, Problem.NOT_REGISTERED)
    await registers(real, device, TOKEN)
    assert (await phones.check(device, TOKEN)).registered
    await phones.remove(device)
    assert (await phones.check(device, TOKEN)).problem is Problem.NOT_KNOWN


async def test_giving_the_same_again_disturbs_nobody(real: AsteriskPbx, phones: Provisioning, device: DeviceId) -> None:
    await phones.provide(device, TOKEN)
    await registers(real, device, TOKEN)
    await phones.provide(device, TOKEN)
    assert (await phones.check(device, TOKEN)).registered


async def test_a_changed_token_ends_the_old_phone_at_once(
    real: AsteriskPbx, phones: Provisioning, device: DeviceId
) -> None:
    await phones.provide(device, TOKEN)
    await registers(real, device, TOKEN)
    await phones.provide(device, NEW_TOKEN)
    now = await phones.check(device, NEW_TOKEN)
    assert (now.accepted, now.registered) == (True, False)
    assert (await phones.check(device, TOKEN)).problem is Problem.WRONG_TOKEN


async def test_the_same_pair_serves_a_desk_phone_or_a_browser(phones: Provisioning, device: DeviceId) -> None:
    for kind in (PhoneKind.DESK, PhoneKind.BROWSER, PhoneKind.DESK):
        await phones.provide(device, TOKEN, kind)
        assert (await phones.check(device, TOKEN)).kind is kind


async def test_the_pbx_never_learns_the_token_and_no_log_does(
    ari: AriClient, phones: Provisioning, device: DeviceId, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await phones.provide(device, TOKEN)
        await phones.check(device, TOKEN)
    kept = await ari.request("GET", path("asterisk", "config", "dynamic", "res_pjsip", "auth", device))
    assert TOKEN not in str(kept) + caplog.text


async def test_no_channel_is_left_over(ari: AriClient, phones: Provisioning, device: DeviceId) -> None:
    await phones.provide(device, TOKEN)
    await phones.provide(device, NEW_TOKEN)

    async def nobody() -> bool:
        return await ari.request("GET", "channels") == []

    await until_so(nobody, 5, "no channel")


async def test_half_a_phone_is_told(ari: AriClient, phones: Provisioning, device: DeviceId) -> None:
    await phones.provide(device, TOKEN)
    await ari.request("DELETE", path("asterisk", "config", "dynamic", "res_pjsip", "auth", device))
    assert (await phones.check(device, TOKEN)).problem is Problem.INCOMPLETE


async def test_what_stands_in_a_file_is_left_alone(phones: Provisioning, ari: AriClient) -> None:
    with pytest.raises(FixedInFilesError):
        await phones.provide(DeviceId("trunk"), TOKEN)
    assert await ari.request("GET", path("endpoints", "PJSIP", "trunk"))


@pytest.mark.parametrize(
    ("device", "token"), [("a b", TOKEN), ("", TOKEN), ("x;y", TOKEN), ("1001", "short"), ("1001", "with blanks in it")]
)
async def test_what_can_be_no_phone_is_refused(phones: Provisioning, device: str, token: str) -> None:
    with pytest.raises(BadPhoneError):
        await phones.provide(DeviceId(device), token)


async def test_an_unreachable_pbx_and_a_wrong_password_are_told(real: AsteriskPbx) -> None:
    for url, password, problem in (
        ("http://127.0.0.1:9", real.password, Problem.PBX_UNREACHABLE),
        (real.url, "wrong", Problem.PBX_CREDENTIALS),
    ):
        async with AriClient(url, real.user, password) as client:
            assert (await Provisioning(client).check(DeviceId("1001"), TOKEN)).problem is problem
    async with AriClient(real.url, real.user, real.password) as client:
        assert (await Provisioning(client).check(DeviceId("a b"), TOKEN)).problem is Problem.BAD_PHONE
