"""Making and changing an elder's record. What was typed stays whatever happens, and nobody's change is silently overwritten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from xktcc_app.bootstrap import Services
from xktcc_app.domain.elder_entry import Difference, differences, fields_of, form_of, merged
from xktcc_app.domain.elder_form import ElderForm
from xktcc_app.domain.principal import Principal
from xktcc_app.services.errors import ChangedMeanwhileError, DuplicateFoundError, FieldErrors, NotFoundError
from xktcc_app.state.acting import ask
from xktcc_app.state.choices import INDENT
from xktcc_app.state.elder_detail import ElderDetailState
from xktcc_app.state.elder_record import entry_of
from xktcc_app.state.elders import EldersState

NOBODY = ElderForm()


class ElderFormState(rx.State):
    """The form in the drawer. ``mode``: "", ``form``, ``duplicates`` (the form, with a question) or ``conflict``.

    ``elder_id`` 0: a new record. ``fields`` are what the form shows at first; ``drawn`` rises when it is to be drawn anew.
    ``faults``: field → code for ``fault.<code>``. ``same``: records with the same number. ``changes``: what differs from
    the record as ``other_by`` has stored it meanwhile.
    """

    mode: str = ""
    elder_id: int = 0
    name: str = ""
    fields: dict[str, str] = {}
    drawn: int = 0
    faults: dict[str, str] = {}
    error_code: str = ""
    saving: bool = False
    places: list[dict[str, str]] = []
    same: list[dict[str, Any]] = []
    same_unseen: int = 0
    changes: list[dict[str, Any]] = []
    other_by: str = ""
    other_at: str = ""
    _version: int = 0
    _base: ElderForm = NOBODY
    _mine: ElderForm = NOBODY

    @rx.event
    async def new_elder(self, phone: str = "") -> None:
        """Begin a new record, with a telephone number when one is known already."""
        self.reset()
        await self._begin(0, 0, ElderForm(phones=[phone] if phone else []))

    @rx.event
    async def edit_elder(self, elder_id: int) -> None:
        """Begin to change the record ``elder_id``."""
        self.reset()
        await self._load(elder_id)

    @rx.event
    async def leave(self) -> None:
        """Put the form away."""
        self.reset()

    @rx.event
    async def dismiss(self) -> None:
        """The failure was read."""
        self.error_code = ""

    @rx.event
    async def submit(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store what was typed."""
        self._mine, self.saving, self.same = form_of(form), True, []
        yield
        async for step in self._store(accept=False):
            yield step

    @rx.event
    async def store_anyway(self) -> AsyncIterator[Any]:
        """It is another person, although a number is the same."""
        self.saving = True
        yield
        async for step in self._store(accept=True):
            yield step

    @rx.event
    async def reconsider(self) -> None:
        """Back to the form."""
        self._draw(self._mine)

    @rx.event
    async def resolve(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Store the other one's record with those fields of mine that were chosen (``choice_<field>`` is ``mine``)."""
        chosen = [name.removeprefix("choice_") for name, value in form.items() if value == "mine"]
        self._mine, self.saving = merged(self._mine, self._base, chosen), True
        yield
        async for step in self._store(accept=False):
            yield step

    async def _load(self, elder_id: int) -> None:
        sid = self.router.session.session_id
        self.error_code, detail = await ask(sid, lambda services, who: services.elders.detail(who, elder_id))
        if detail is not None:
            self.name = detail.fields["name"]
            await self._begin(elder_id, detail.version, entry_of(detail))

    async def _begin(self, elder_id: int, version: int, form: ElderForm) -> None:
        async def read(services: Services, who: Principal) -> list[dict[str, str]]:
            places = services.organizations.places(who)
            return [{"id": str(place.id), "name": INDENT * place.depth + place.name} for place in places]

        self.error_code, places = await ask(self.router.session.session_id, read)
        self.places, self.elder_id, self._version, self._base = places or [], elder_id, version, form
        self._draw(form)

    def _draw(self, form: ElderForm) -> None:
        self.mode, self.fields, self.faults = "form", fields_of(form), {}
        self.drawn += 1

    async def _store(self, *, accept: bool) -> AsyncIterator[Any]:
        async def store(services: Services, who: Principal) -> int:
            form = services.organizations.named(self._mine)
            if not self.elder_id:
                return await services.elders.create(who, form, accept_duplicates=accept)
            await services.elders.update(who, self.elder_id, self._version, form, accept_duplicates=accept)
            return self.elder_id

        sid = self.router.session.session_id
        try:
            self.error_code, stored = await ask(
                sid, store, passing=(FieldErrors, DuplicateFoundError, ChangedMeanwhileError)
            )
        except FieldErrors as wrong:
            self._show_faults(wrong.faults)
        except DuplicateFoundError as same:
            await self._show_same(same.ids)
        except ChangedMeanwhileError:
            await self._compare()
        else:
            if stored is not None:
                self.reset()
                yield ElderDetailState.open_elder(stored)
                yield EldersState.changed
        self.saving = False

    def _show_faults(self, faults: dict[str, str]) -> None:
        if self.mode == "conflict":
            self._draw(self._mine)
        self.mode, self.faults = "form", faults

    async def _show_same(self, ids: tuple[int, ...]) -> None:
        async def read(services: Services, who: Principal) -> list[dict[str, Any]]:
            seen = []
            for elder_id in ids:
                try:
                    one = await services.elders.detail(who, elder_id)
                except NotFoundError:
                    continue  # not in this account's scope: that there is one is all that it may know
                seen.append(
                    {"id": one.id, "name": one.fields["name"], "number": one.fields["number"], "age": max(one.age, 0)}
                )
            return seen

        self.error_code, seen = await ask(self.router.session.session_id, read)
        if self.mode == "conflict":
            self._draw(self._mine)
        self.mode, self.same = "duplicates", seen or []
        self.same_unseen = len(ids) - len(self.same)

    async def _compare(self) -> None:
        elder_id = self.elder_id

        async def read(services: Services, who: Principal) -> list[dict[str, Any]]:
            detail = await services.elders.detail(who, elder_id)
            newest = (await services.elders.history(who, elder_id))[0]
            theirs = entry_of(detail)
            found = differences(self._base, self._mine, theirs)
            self._base, self._version, self.other_by = theirs, detail.version, newest.by
            self.other_at = f"{newest.at.astimezone(services.settings.zone):%Y-%m-%d %H:%M}"
            return [_told(one, services) for one in found]

        self.error_code, changes = await ask(self.router.session.session_id, read)
        if changes is not None:
            self.mode, self.changes = "conflict", changes


def _told(one: Difference, services: Services) -> dict[str, Any]:
    mine, theirs = one.mine, one.theirs
    if one.field == "org_id":
        mine, theirs = ([services.organizations.name(int(key)) for key in side] for side in (mine, theirs))
    return {"field": one.field, "changed": one.changed.value, "mine": mine, "theirs": theirs}
