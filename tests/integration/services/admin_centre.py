"""The administrators' services over a small tree, with a desk that notes what it is told."""

from dataclasses import dataclass, field, replace

from telephony.errors import UnknownAgentError
from xktcc_app.domain.admin_forms import OrganizationForm, RoleForm, UserForm
from xktcc_app.domain.audit_chain import AuditSeal
from xktcc_app.domain.permissions import DataScope
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import resources as resources_repo
from xktcc_app.services.accounts import AccountService
from xktcc_app.services.audit_log import AuditLogService
from xktcc_app.services.effects import Effects
from xktcc_app.services.organizations import OrganizationService
from xktcc_app.services.resources import ResourceService
from xktcc_app.services.roles import RoleService
from xktcc_app.services.tokens import TokenCipher, make_key
from xktcc_app.services.user_phones import UserPhoneService
from xktcc_app.services.users import UserService

SEAL = AuditSeal("a key for tests")


class NotingDesk:
    def __init__(self):
        self.seats = {}
        self.removed = []

    async def upsert_seat(self, profile):
        self.seats[profile.agent] = profile

    async def remove_seat(self, agent):
        self.removed.append(agent)
        if self.seats.pop(agent, None) is None:
            raise UnknownAgentError("no such seat")


@dataclass
class AdminCentre:
    database: object
    sessions: object
    audit: object
    hasher: object
    zone: object
    desk: NotingDesk = field(default_factory=NotingDesk)

    def __post_init__(self):
        self.cipher = TokenCipher(make_key())
        self.effects = Effects(self.database, self.sessions, self.desk)
        self.accounts = AccountService(self.database, self.sessions, self.audit, self.effects)
        self.users = UserService(self.database, self.audit, self.hasher, self.effects)
        self.phones = UserPhoneService(self.database, self.audit, self.cipher, self.effects)
        self.roles = RoleService(self.database, self.audit, self.effects)
        self.resources = ResourceService(self.database, self.audit)
        self.organizations = OrganizationService(self.database, self.audit, self.effects)
        self.log = AuditLogService(self.database, self.audit, self.zone)

    async def load(self):
        self.database.writing(resources_repo.reconcile)
        await self.resources.load()
        await self.organizations.load()
        return self

    def as_account(self, name):
        """The account as a principal, with what its roles come to now."""
        found = self.database.reading(
            lambda session: accounts_repo.principal_of(session, accounts_repo.by_name(session, name), f"s-{name}")
        )
        return replace(found, must_change_password=False)

    def stored(self, name):
        return self.database.reading(lambda session: accounts_repo.by_name(session, name))

    def org(self, name):
        return next(node.id for node in self.organizations.nodes().values() if node.name == name)

    async def role(self, code, *permissions, scope=DataScope.ALL):
        form = RoleForm(code, f"Role {code}", "", scope.value, frozenset(map(str, permissions)))
        await self.roles.create(self.as_account("admin"), form)
        return code

    async def user(self, name, role, org=None, agent=""):
        roles = (role,) if role else ()
        form = UserForm(name, f"Name {name}", self.org(org) if org else None, roles, agent)
        account_id, _ = await self.users.create(self.as_account("admin"), form)
        return account_id


def place(name, kind="call_centre", parent=None, **more):
    return OrganizationForm(name, kind, parent, **more)
