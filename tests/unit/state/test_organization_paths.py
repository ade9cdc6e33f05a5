import pytest

from xktcc_app.services.organizations import Node
from xktcc_app.state.organization_paths import MOST, by_path, offered, path_of

TREE = [
    Node(1, None, "City", "city", 1),
    Node(2, 1, "East", "district", 2),
    Node(3, 2, "Home", "community", 3),
    Node(4, 1, "West", "district", 4),
    Node(5, 4, "Home", "community", 5),
]


def test_two_of_one_name_differ_by_what_lies_above():
    assert by_path(TREE)["City / East / Home"] == 3
    assert by_path(TREE)["City / West / Home"] == 5
    assert offered(TREE, " west / HOME ") == ["City / West / Home"]
    assert len(offered(TREE, "home")) == 2


def test_a_branch_begins_at_its_own_top():
    assert by_path(TREE[1:3]) == {"East": 2, "East / Home": 3}


@pytest.mark.parametrize(("org_id", "path"), [(3, "City / East / Home"), (None, ""), (0, ""), (9, "")])
def test_the_path_of_one(org_id, path):
    assert path_of(TREE, org_id) == path


def test_thousands_are_not_offered_at_once():
    many = [Node(at, None, f"N{at}", "city", at) for at in range(1, 5000)]
    assert len(offered(many, "")) == MOST
