"""Who may call which event handler. Whatever is not declared is refused, and an undeclared handler keeps the program from starting.

Every public method of a state can be called by any client that knows its name, so the list has to be whole: Reflex's
own handlers are on it too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import reflex as rx
from reflex_base.registry import RegistrationContext

from xktcc_app.domain.principal import Principal
from xktcc_app.domain.requirements import Access, Requirement, compare, meets

_FRAMEWORK: Mapping[str, Requirement] = {
    "reflex___state____state.hydrate": Access.INTERNAL,
    "reflex___state____state.set_is_hydrated": Access.INTERNAL,
    "reflex___state____state.hydrate_and_load": Access.PUBLIC,
    "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal": Access.PUBLIC,
    "reflex___state____state.reflex___state____on_load_internal_state.set_is_hydrated": Access.INTERNAL,
    "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal": Access.NEVER,
    "reflex___state____state.reflex___state____frontend_event_exception_state.handle_frontend_exception": Access.LOGGED_IN,
}
_SETTER = ".setvar"
_UNASKED = frozenset({"reflex___state____state.hydrate_and_load"})


@dataclass(frozen=True, slots=True)
class AccessList:
    """Full handler name → requirement."""

    requirements: Mapping[str, Requirement]

    @classmethod
    def of(cls, declared: Mapping[type[rx.State], Mapping[str, Requirement]]) -> AccessList:
        """The framework's handlers and the declared ones. ``UndeclaredError`` when the two and the program differ."""
        names = dict(_FRAMEWORK)
        for state, handlers in declared.items():
            names |= {f"{state.get_full_name()}.{handler}": requirement for handler, requirement in handlers.items()}
        present = set(RegistrationContext.get().event_handlers)
        names |= {name: Access.NEVER for name in present if name.endswith(_SETTER)}
        compare("event handlers", present, names)
        return cls(names)

    def allows(self, name: str, principal: Principal | None, *, chained: bool) -> bool:
        """Whether ``principal`` (``None``: a visitor) may have ``name`` run. ``chained``: the server itself asked for it."""
        return meets(self.requirements.get(name, Access.NEVER), principal, chained=chained)

    @staticmethod
    def is_activity(name: str) -> bool:
        """Whether the event proves a person at the keyboard; a reconnect does not."""
        return name not in _UNASKED
