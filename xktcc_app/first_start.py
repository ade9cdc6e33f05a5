"""Fills what an empty database needs: the roles, the administrator, and in demo mode the demo. Harmless when repeated."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from telephony.exchange.demo_numbers import demo_number, demo_sos_number
from xktcc_app.audit import audit_seal
from xktcc_app.config import ConfigError, Settings
from xktcc_app.data_dir import DEMO_PASSWORD, SECRET_KEY, kept_secret, make_password, replace_secret
from xktcc_app.domain.passwords import LONGEST, SHORTEST, PasswordFault, fault_of
from xktcc_app.domain.permissions import STARTING_ROLES
from xktcc_app.generator.demo import add_past
from xktcc_app.models.account import Account
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import audit_log
from xktcc_app.repositories import resources as resources_repo
from xktcc_app.services.clock import utc_now
from xktcc_app.services.database import Database
from xktcc_app.services.demo_data import DemoPlan, add_missing_agents, fill_demo
from xktcc_app.services.demo_elders import DemoNumbers
from xktcc_app.services.passwords import PasswordHasher
from xktcc_app.services.tokens import TokenCipher, make_key
from xktcc_app.services.upkeep import bring_up_to_date

ADMIN = "admin"
_WHY = {
    PasswordFault.TOO_SHORT: f"it has fewer than {SHORTEST} signs",
    PasswordFault.TOO_LONG: f"it has more than {LONGEST} signs",
    PasswordFault.IS_ACCOUNT: "it is the account's name",
    PasswordFault.COMMON: "it is one of the first that anybody would try",
}


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the person at the terminal is told. ``admin_password`` is set only when it was generated just now."""

    admin_password: str | None
    demo_password: str | None
    first: bool

    def text(self, settings: Settings) -> str:
        """Address and accounts, ready to be printed."""
        host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
        lines = ["", f"XktCC 呼叫中心  http://{host}:{settings.port}/login", ""]
        lines += [self.admin_line(settings)]
        if self.demo_password is not None:
            lines += [f"  supervisor  {self.demo_password}", f"  1001 …      {self.demo_password}"]
        return "\n".join([*lines, "", "Ctrl-C stops it."])

    def admin_line(self, settings: Settings) -> str:
        """The administrator's account, ready to be printed."""
        return f"  admin       {self._admin(settings)}"

    def _admin(self, settings: Settings) -> str:
        if self.admin_password is not None:
            return f"{self.admin_password}  (shown only now; to be changed at the first login)"
        if self.first and settings.admin_password:
            return "the password of XKTCC_ADMIN_PASSWORD  (to be changed at the first login)"
        return "the password that you know"


def token_cipher(settings: Settings) -> TokenCipher:
    """The cipher of the telephony tokens; its key comes from the environment or from its file in the data directory."""
    return TokenCipher(settings.secret_key or kept_secret(settings.data_dir / SECRET_KEY, make_key))


def prepare_accounts(settings: Settings, hasher: PasswordHasher | None = None) -> Welcome:
    """Fill the migrated database where it is empty, and see to it that the lists find what is in it."""
    hasher = hasher or PasswordHasher()
    database = Database(settings.effective_database_url)
    try:
        welcome = _prepare(settings, database, hasher)
        database.writing(resources_repo.reconcile)
        database.writing(lambda session: audit_log.chain_old(session, audit_seal(settings)))
        bring_up_to_date(database)
        if welcome.first and welcome.demo_password is not None:
            add_past(database, settings.zone, settings.demo_seed, utc_now())
        return welcome
    finally:
        database.close()
        hasher.close()


def _require_good(password: str) -> None:
    """``ConfigError`` for a first password that nobody could change to either; "" is made here and is good."""
    if password and (fault := fault_of(password, ADMIN)) is not None:
        raise ConfigError(f"XKTCC_ADMIN_PASSWORD is no good first password: {_WHY[fault]}. Set another one, or none.")


def _prepare(settings: Settings, database: Database, hasher: PasswordHasher) -> Welcome:
    database.writing(_add_missing_roles)
    if database.reading(accounts_repo.count_accounts) > 0:
        return Welcome(None, _go_on_with_demo(settings, database, hasher), first=False)
    _require_good(settings.admin_password)
    demo_password = kept_demo_password(settings) if settings.demo_mode else None
    password = settings.admin_password or make_password()
    admin_hash = hasher.hash_now(password)
    demo_hash = hasher.hash_now(demo_password) if demo_password else ""
    cipher = token_cipher(settings)

    def fill(session: Session) -> None:
        admin = Account(
            account=ADMIN, name="管理员", password_hash=admin_hash, must_change_password=True, created_at=utc_now()
        )
        accounts_repo.add_account(session, admin, "admin")
        if demo_password is not None:
            plan = DemoPlan(settings.demo_seats, settings.demo_seed, demo_hash, utc_now())
            fill_demo(session, plan, DemoNumbers(demo_number, demo_sos_number), cipher)

    database.writing(fill)
    return Welcome(None if settings.admin_password else password, demo_password, first=True)


def kept_demo_password(settings: Settings) -> str:
    """The demo's password as the first start kept it: the configured one, or one made then."""
    configured = settings.demo_password
    return kept_secret(settings.data_dir / DEMO_PASSWORD, (lambda: configured) if configured else make_password)


def _go_on_with_demo(settings: Settings, database: Database, hasher: PasswordHasher) -> str | None:
    """The demo's password, when the demo is wanted and was filled in by an earlier start."""
    if not settings.demo_mode or not (settings.data_dir / DEMO_PASSWORD).exists():
        return None
    password = _follow_demo_password(settings, database, hasher, kept_demo_password(settings))
    if database.reading(accounts_repo.count_seats) < settings.demo_seats:
        plan = DemoPlan(settings.demo_seats, settings.demo_seed, hasher.hash_now(password), utc_now())
        cipher = token_cipher(settings)
        database.writing(lambda session: add_missing_agents(session, plan, cipher))
    return password


def _follow_demo_password(settings: Settings, database: Database, hasher: PasswordHasher, kept: str) -> str:
    """Another password is configured than the first start kept: give it to those demo accounts that still have the old one."""
    wanted = settings.demo_password
    if not wanted or wanted == kept:
        return kept
    common = database.reading(accounts_repo.commonest_password_hash)
    if common is None or not hasher.verify_now(kept, common):
        return kept
    hashed = hasher.hash_now(wanted)
    database.writing(lambda session: accounts_repo.replace_password_hash(session, common, hashed))
    replace_secret(settings.data_dir / DEMO_PASSWORD, wanted)
    return wanted


def _add_missing_roles(session: Session) -> None:
    for code, definition in STARTING_ROLES.items():
        if accounts_repo.role_by_code(session, code) is None:
            accounts_repo.add_role(session, code, definition)
