"""The seats' phones at a real Asterisk, with the secrets that a running program has given them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.contract.pbx import PITCH_HZ, SEATS, AsteriskPbx, until_so
from xktcc_app.config import Settings
from xktcc_app.first_start import token_cipher


def _tokens(data_dir: Path) -> dict[str, str]:
    cipher = token_cipher(Settings(data_dir=data_dir))
    with closing(sqlite3.connect(data_dir / "xktcc.db", timeout=10)) as connection:
        rows = connection.execute("SELECT phone_id, phone_token FROM account WHERE phone_token IS NOT NULL")
        return {device: cipher.decrypt(token) for device, token in rows}


async def follow_the_program(pbx: AsteriskPbx, data_dir: Path) -> None:
    """Give the phones those secrets: the ones from before the program was there hold no more."""
    tokens = _tokens(data_dir)
    for device in SEATS:
        await pbx.phones.do("leave", user=device)
        await pbx.phones.do("phone", user=device, pitch_hz=PITCH_HZ[device], token=tokens[device])
    await pbx.quiet()
    await until_so(pbx.sees_every_phone, 15, "Asterisk has every phone's address")
