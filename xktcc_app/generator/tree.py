"""The tree of a city: districts, streets and communities. One that is there already is taken as it is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from xktcc_app.models.organization import Organization, OrganizationKind
from xktcc_app.repositories.organizations import renumber

_DISTRICTS = ("城北", "滨江", "城南", "高新", "临湖", "东山", "西溪", "新港", "南塘", "北塔")
_STREETS = ("和平", "文昌", "青云", "望江", "拱辰", "永宁", "凤起", "采荷")
_COMMUNITIES = (
    *("桂花", "梧桐", "春晓", "荷塘", "翠竹", "松涛", "银杏", "紫薇", "红枫", "玉兰"),
    *("清泉", "朝阳", "晨光", "锦绣", "金桥"),
)


@dataclass(frozen=True, slots=True)
class Community:
    """Where elders live."""

    id: int
    name: str
    street: str


def communities(session: Session, wanted: int) -> list[Community]:
    """The communities of the tree, made when there are none: about ``wanted`` of them."""
    found = _existing(session)
    if found:
        return found
    _make(session, wanted)
    return _existing(session)


def _existing(session: Session) -> list[Community]:
    nodes = {node.id: node for node in session.exec(select(Organization)).all()}
    return [
        Community(key, node.name, nodes[node.parent_id].name if node.parent_id in nodes else "")
        for key, node in sorted((node.id or 0, node) for node in nodes.values())
        if node.kind == OrganizationKind.COMMUNITY
    ]


def _make(session: Session, wanted: int) -> None:
    top = session.exec(select(Organization).where(col(Organization.parent_id).is_(None))).first()
    city = top or _node(session, None, "临江市", OrganizationKind.CITY, 0)
    districts = max(min(len(_DISTRICTS), wanted // 10), 1)
    streets = max(min(len(_STREETS), wanted // districts // 4), 1)
    each = max(min(len(_COMMUNITIES), wanted // districts // streets), 1)
    for place in range(districts):
        district = _node(session, city, f"{_DISTRICTS[place]}区", OrganizationKind.DISTRICT, place)
        for number in range(streets):
            street = _node(session, district, f"{_STREETS[number]}街道", OrganizationKind.STREET, number)
            for last in range(each):
                _node(session, street, f"{_COMMUNITIES[last]}社区", OrganizationKind.COMMUNITY, last)
    renumber(session)
    session.flush()


def _node(session: Session, parent: Organization | None, name: str, kind: OrganizationKind, sort: int) -> Organization:
    made = Organization(name=name, kind=kind.value, parent_id=parent.id if parent else None, sort=sort)
    session.add(made)
    session.flush()
    return made
