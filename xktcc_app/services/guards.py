"""What every record service asks first."""

from __future__ import annotations

from xktcc_app.domain.permissions import Permission
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import PermissionDeniedError


def require(principal: Principal, permission: Permission) -> None:
    """Raise ``PermissionDeniedError`` unless the account may."""
    if not principal.may(permission):
        raise PermissionDeniedError(permission)
