from dataclasses import replace

import pytest

from tests.unit.domain.test_access import principal
from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.requirements import Access, UndeclaredError, compare, meets

ANY = frozenset({Permission.ELDERS_EXPORT, Permission.TOOLBAR_USE})


@pytest.mark.parametrize(
    ("needs", "visitor", "account", "chained"),
    [
        (Access.PUBLIC, True, True, True),
        (Access.LOGGED_IN, False, True, False),
        (Access.INTERNAL, False, False, True),
        (Access.NEVER, False, False, False),
        (Permission.TOOLBAR_USE, False, True, False),
        (Permission.SEATS_VIEW, False, False, False),
        (ANY, False, True, False),
        (frozenset({Permission.SEATS_VIEW}), False, False, False),
    ],
)
def test_what_a_visitor_an_account_and_the_server_itself_may(needs, visitor, account, chained):
    assert meets(needs, None) is visitor
    assert meets(needs, principal()) is account
    assert meets(needs, None, chained=True) is chained


def test_until_a_temporary_password_is_changed_only_the_own_account_is_open():
    fresh = replace(principal(), must_change_password=True)
    assert meets(Permission.ACCOUNT_OWN, fresh)
    assert not meets(Permission.TOOLBAR_USE, fresh)
    assert not meets(ANY, fresh)


def test_what_is_there_and_what_is_declared_must_be_the_same():
    compare("doors", ["a", "b"], ["b", "a"])
    with pytest.raises(UndeclaredError, match=r"doors without a declared access: c"):
        compare("doors", ["a", "c"], ["a"])
    with pytest.raises(UndeclaredError, match=r"declared for doors that do not exist: b"):
        compare("doors", ["a"], ["a", "b"])
