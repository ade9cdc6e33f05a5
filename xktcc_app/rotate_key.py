"""``python -m xktcc_app.rotate_key``: encrypt the phones' tokens by a new key. The program must be stopped.

The old key stays beside the new one until every token has the new one, so that it may be interrupted at any moment and
run again.
"""

from __future__ import annotations

import sys

from xktcc_app.config import ConfigError, Settings, load_settings
from xktcc_app.data_dir import SECRET_KEY, kept_secret, replace_secret
from xktcc_app.exchange_process import port_taken
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.services.database import Database
from xktcc_app.services.errors import DatabaseBusyError
from xktcc_app.services.tokens import TokenCipher, TokenUnreadableError, make_key


def rotate(settings: Settings) -> int:
    """Make a new key and encrypt every stored token by it; returns how many. ``ConfigError``, ``TokenUnreadableError``."""
    if settings.secret_key:
        raise ConfigError(
            "XKTCC_SECRET_KEY is set: allowed is a key kept in the data directory, which can be replaced."
        )
    path = settings.data_dir / SECRET_KEY
    old = kept_secret(path, make_key)
    new = make_key()
    both = TokenCipher(f"{new} {old}")
    replace_secret(path, f"{new} {old}")
    database = Database(settings.effective_database_url)
    try:
        stored = database.reading(accounts_repo.stored_tokens)
        fresh = [(account_id, both.encrypt(both.decrypt(token))) for account_id, token in stored]
        database.writing(
            lambda session: [accounts_repo.replace_token(session, account_id, token) for account_id, token in fresh]
        )
    finally:
        database.close()
    replace_secret(path, new)
    return len(fresh)


def main() -> int:
    """Rotate, and say how many tokens; exit code 2 when nothing could be done."""
    try:
        count = rotate(_settings_of_stopped())
    except (ConfigError, DatabaseBusyError, TokenUnreadableError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    sys.stdout.write(f"{count} tokens have a new key.\n")
    return 0


def _settings_of_stopped() -> Settings:
    settings = load_settings()
    if port_taken(settings.host, settings.port):
        raise ConfigError("The program runs: allowed is to rotate the key while it is stopped.")
    return settings


if __name__ == "__main__":
    sys.exit(main())
