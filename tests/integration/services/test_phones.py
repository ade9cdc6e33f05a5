"""The PBX's phones follow the accounts."""

import logging

import pytest
from sqlmodel import select

from telephony.errors import PbxRefusedError, PbxUnreachableError
from telephony.phones import PhoneKind, Problem, ProvisioningCheck
from xktcc_app.models.account import Account
from xktcc_app.services.errors import NotFoundError
from xktcc_app.services.phones import PhoneService, PhoneVerdict
from xktcc_app.services.tokens import TokenCipher, make_key

TOKEN = "token-of-a-phone"


class Pbx:
    """Phones as a PBX keeps them; ``broken``: what it raises, for all phones or for one."""

    def __init__(self, *earlier):
        self.phones = dict.fromkeys(earlier, "of an earlier run")
        self.done = []
        self.broken = {}

    def _fail(self, device):
        for key in (device, "*"):
            if key in self.broken:
                raise self.broken[key]

    async def provide(self, device, token, kind=None):
        self._fail(device)
        self.done.append(("provide", device, kind))
        self.phones[device] = token

    async def remove(self, device):
        self._fail(device)
        self.done.append(("remove", device))
        self.phones.pop(device, None)

    async def provided(self):
        self._fail("*")
        return frozenset(self.phones)

    async def check(self, device, token):
        known = self.phones.get(device)
        return ProvisioningCheck(accepted=known == token, problem=None if known == token else Problem.WRONG_TOKEN)


@pytest.fixture
def cipher(people):
    cipher = TokenCipher(make_key())
    change(people, lambda account: setattr(account, "phone_token", cipher.encrypt(TOKEN)))
    return cipher


def change(database, what, account="1001"):
    def work(session):
        found = session.exec(select(Account).where(Account.account == account)).one()
        what(found)
        session.add(found)
        return found.id

    return database.writing(work)


async def test_phones_are_given_once_changed_and_taken_away(people, cipher):
    pbx = Pbx()
    service = PhoneService(people, cipher, pbx)
    await service.refresh()
    await service.refresh()
    assert pbx.done == [("provide", "1001", None)], "1002 has a token that nobody can read, and is left alone"
    change(people, lambda account: setattr(account, "phone_token", cipher.encrypt("another-token")))
    await service.refresh()
    assert pbx.phones == {"1001": "another-token"}
    change(people, lambda account: setattr(account, "phone_id", "2001"))
    await service.refresh()
    assert pbx.phones == {"2001": "another-token"}
    change(people, lambda account: setattr(account, "active", False))
    await service.refresh()
    assert pbx.phones == {}


async def test_what_an_earlier_run_gave_and_nobody_has_any_more_is_taken_away(people, cipher):
    pbx = Pbx("1001", "9999")
    await PhoneService(people, cipher, pbx).refresh()
    assert pbx.phones == {"1001": TOKEN}


async def test_a_pbx_that_is_away_is_caught_up_with(people, cipher):
    pbx = Pbx("9999")
    service = PhoneService(people, cipher, pbx)
    pbx.broken["*"] = PbxUnreachableError("away")
    await service.refresh()
    assert pbx.done == []
    pbx.broken.clear()
    await service.refresh()
    assert pbx.phones == {"1001": TOKEN}


async def test_one_phone_that_the_pbx_refuses_does_not_hold_up_the_others(people, cipher, caplog):
    change(people, lambda account: setattr(account, "phone_token", cipher.encrypt(TOKEN)), "1002")
    pbx = Pbx()
    pbx.broken["1001"] = PbxRefusedError("no", 400)
    with caplog.at_level(logging.DEBUG):
        await PhoneService(people, cipher, pbx).refresh()
    assert pbx.phones == {"1002": TOKEN}
    assert "phone not given" in caplog.text
    assert TOKEN not in caplog.text


async def test_a_phone_is_tried(people, cipher):
    service = PhoneService(people, cipher, Pbx())
    one = change(people, lambda _: None)
    assert await service.test(one) == PhoneVerdict(accepted=True)
    assert (await service.test(change(people, lambda _: None, "1002"))).reason == "token_unreadable"
    assert (await service.test(change(people, lambda _: None, "admin"))).reason == "not_given"


async def test_an_account_changes_to_the_browser_and_back(people, cipher):
    pbx = Pbx()
    service = PhoneService(people, cipher, pbx)
    await service.use(change(people, lambda _: None), PhoneKind.BROWSER)
    assert pbx.done[-1] == ("provide", "1001", PhoneKind.BROWSER)
    with pytest.raises(NotFoundError):
        await service.use(change(people, lambda _: None, "admin"), PhoneKind.DESK)
