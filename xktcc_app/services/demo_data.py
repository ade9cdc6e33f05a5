"""The demo's city: organizations, accounts with phones, elders. Filled once, into an empty database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlmodel import Session

from xktcc_app.models.account import Account
from xktcc_app.models.organization import Organization, OrganizationKind
from xktcc_app.repositories import accounts as accounts_repo
from xktcc_app.repositories import organizations as organizations_repo
from xktcc_app.services.demo_elders import Community, DemoNumbers, add_elders
from xktcc_app.services.demo_names import agent_name
from xktcc_app.services.tokens import TokenCipher

FIRST_AGENT = 1001
CITY = "临江市"
CENTRE = "临江市呼叫中心"
GROUPS = (CENTRE, "城北区服务中心", "滨江区服务中心", "城南区服务中心", "高新区服务站")
_WEIGHTS = (18, 14, 12, 10, 6)
"""How the seats are shared out among the groups."""
_DISTRICTS = {
    "城北区": {"北园街道": ("和平社区", "青年社区"), "长青街道": ("柳林社区", "东关社区")},
    "滨江区": {"临江街道": ("江畔社区", "码头社区"), "望江街道": ("春晓社区", "听涛社区")},
    "城南区": {"南门街道": ("文昌社区", "幸福社区"), "花园街道": ("桃源社区", "翠竹社区")},
    "高新区": {"科苑街道": ("创业社区", "锦绣社区"), "新城街道": ("阳光社区", "银杏社区")},
}


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What is to be filled in. ``password_hash`` is that of the supervisor's and the agents' common password."""

    seats: int
    seed: int
    password_hash: str
    now: datetime


def fill_demo(session: Session, plan: DemoPlan, numbers: DemoNumbers, cipher: TokenCipher) -> None:
    """Fill tree, accounts and elders in. The roles must be there already."""
    groups, communities = _tree(session)
    _add_people(session, plan, groups, cipher)
    add_elders(session, communities, numbers, Random(plan.seed), plan.now)  # noqa: S311 -- made-up people, not secrets


def _tree(session: Session) -> tuple[list[int], list[Community]]:
    city = _node(session, CITY, OrganizationKind.CITY, None, 0)
    centre = _node(session, CENTRE, OrganizationKind.CALL_CENTRE, city, 0)
    groups = [centre]
    groups += [
        _node(session, name, OrganizationKind.CALL_CENTRE, centre, place) for place, name in enumerate(GROUPS[1:], 1)
    ]
    communities = []
    for place, (district_name, streets) in enumerate(_DISTRICTS.items(), 1):
        district = _node(session, district_name, OrganizationKind.DISTRICT, city, place)
        for street_name, names in streets.items():
            street = _node(session, street_name, OrganizationKind.STREET, district, 0)
            _node(session, f"{street_name.removesuffix('街道')}养老服务站", OrganizationKind.STATION, street, 9)
            communities += [
                Community(_node(session, name, OrganizationKind.COMMUNITY, street, 0), name, street_name)
                for name in names
            ]
    organizations_repo.renumber(session)
    return groups, communities


def _node(session: Session, name: str, kind: OrganizationKind, parent: int | None, sort: int) -> int:
    node = Organization(name=name, kind=kind.value, parent_id=parent, sort=sort)
    session.add(node)
    session.flush()
    return node.id or 0


def _add_people(session: Session, plan: DemoPlan, groups: list[int], cipher: TokenCipher) -> None:
    supervisor = Account(
        account="supervisor", name="周敏", org_id=groups[0], password_hash=plan.password_hash, created_at=plan.now
    )
    accounts_repo.add_account(session, supervisor, "supervisor")
    _add_agents(session, plan, groups, cipher)


def add_missing_agents(session: Session, plan: DemoPlan, cipher: TokenCipher) -> None:
    """More seats are wanted than when the demo was filled in: add them. Those that are there stay as they are."""
    ids = {node.name: node.id or 0 for node in organizations_repo.all_organizations(session)}
    if all(name in ids for name in GROUPS):
        _add_agents(session, plan, [ids[name] for name in GROUPS], cipher)


def _add_agents(session: Session, plan: DemoPlan, groups: list[int], cipher: TokenCipher) -> None:
    for place in range(plan.seats):
        number = str(FIRST_AGENT + place)
        if accounts_repo.by_name(session, number) is not None:
            continue
        agent = Account(
            account=number,
            name=agent_name(place),
            password_hash=plan.password_hash,
            org_id=groups[group_of(place, plan.seats)],
            agent_number=number,
            phone_id=number,
            phone_token=cipher.encrypt(secrets.token_urlsafe(18)),
            created_at=plan.now,
        )
        accounts_repo.add_account(session, agent, "agent")


def group_of(place: int, seats: int) -> int:
    """Which of ``GROUPS`` the seat at this place (from 0) belongs to: whole blocks, shared out by weight."""
    reached = 0
    for group, weight in enumerate(_WEIGHTS):
        reached += weight
        if place * sum(_WEIGHTS) < reached * seats:
            return group
    raise ValueError("there is no such place")
