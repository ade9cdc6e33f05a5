"""Who there is, and whose phone is whose."""

from __future__ import annotations

from telephony.types import AgentId, DeviceId
from telephony.views import SeatProfile


class Roster:
    """The profiles. A phone that two of them claim belongs to the one who claimed it last."""

    def __init__(self) -> None:
        self.profiles: dict[AgentId, SeatProfile] = {}
        self._owner: dict[DeviceId, AgentId] = {}

    def put(self, profile: SeatProfile) -> set[AgentId]:
        """A profile is new or changed. Returns all whose phone may have come or gone by that."""
        agent = profile.agent
        affected = self.remove(agent) if agent in self.profiles else set()
        self.profiles[agent] = profile
        if profile.device is not None:
            affected |= {self._owner.get(profile.device, agent)}
            self._owner[profile.device] = agent
        return affected | {agent}

    def remove(self, agent: AgentId) -> set[AgentId]:
        """The profile is gone. Returns who has the phone now, if somebody else claims it."""
        device = self.profiles.pop(agent).device
        if device is None or self._owner[device] != agent:
            return set()
        del self._owner[device]
        heir = next((other.agent for other in self.profiles.values() if other.device == device), None)
        if heir is None:
            return set()
        self._owner[device] = heir
        return {heir}

    def agent_at(self, device: DeviceId | None) -> AgentId | None:
        """Whose phone ``device`` is."""
        return self._owner.get(device) if device is not None else None

    def profile_at(self, device: DeviceId) -> SeatProfile | None:
        """Of whose phone ``device`` is."""
        agent = self.agent_at(device)
        return self.profiles[agent] if agent is not None else None

    def phone_of(self, agent: AgentId) -> DeviceId | None:
        """The phone of ``agent``; ``None`` when there is none, or somebody else has it."""
        device = self.profiles[agent].device
        return device if self.agent_at(device) == agent else None

    def by_number(self, number: str) -> AgentId | None:
        """The seat that is reached by dialling ``number``: an agent's number or a phone's id."""
        agent = AgentId(number)
        return agent if agent in self.profiles else self.agent_at(DeviceId(number))
