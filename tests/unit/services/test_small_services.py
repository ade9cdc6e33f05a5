import pytest

from xktcc_app.services import flash as flash_module
from xktcc_app.services.flash import Flash, FlashStore
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.tokens import TokenCipher, TokenUnreadableError, make_key


def test_a_flash_is_kept_a_minute_and_can_be_read_twice(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(flash_module.time, "monotonic", lambda: now[0])
    store = FlashStore()
    key = store.put(Flash("wrong_credentials"))
    assert store.get(key) == store.get(key) == Flash("wrong_credentials")
    now[0] += 60
    assert store.get(key) is None
    assert store.get("never there") is None
    store.drop("never there")


def test_flashes_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(flash_module, "AT_MOST", 3)
    store = FlashStore()
    keys = [store.put(Flash(str(n))) for n in range(5)]
    assert [store.get(key) is not None for key in keys] == [False, False, True, True, True]


def test_tokens_are_read_with_their_key_only():
    cipher = TokenCipher(make_key())
    stored = cipher.encrypt("the secret of a phone")
    assert "secret" not in stored
    assert cipher.decrypt(stored) == "the secret of a phone"
    with pytest.raises(TokenUnreadableError):
        TokenCipher(make_key()).decrypt(stored)


async def test_passwords_are_hashed_by_argon2id():
    hasher = PasswordHasher(rounds=1, memory_kib=64)
    stored = await hasher.hash("four warm cups")
    assert stored.startswith("$argon2id$")
    assert await hasher.verify("four warm cups", stored)
    assert not await hasher.verify("four cold cups", stored)
    assert not await hasher.verify("four warm cups", None)
    hasher.close()
