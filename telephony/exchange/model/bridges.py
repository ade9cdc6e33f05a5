"""A bridge: channels that hear each other (mixing) or wait with music (holding)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from telephony.exchange.clock import ari_timestamp


@dataclass(eq=False)
class Bridge:
    """One bridge; `channel_ids` keeps the order of entering."""

    id: str
    name: str
    bridge_type: str
    created: datetime
    channel_ids: list[str] = field(default_factory=list)
    music: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def holding(self) -> bool:
        """Tell whether members are kept waiting instead of being mixed."""
        return self.bridge_type == "holding"

    @property
    def technology(self) -> str:
        """Return the bridging technology that Asterisk would have chosen."""
        if self.holding:
            return "holding_bridge"
        return "simple_bridge" if len(self.channel_ids) < 3 else "softmix"

    def to_json(self) -> dict[str, Any]:
        """Return the ARI object, with the keys in Asterisk's order; members are sorted as Asterisk lists them."""
        return {
            "id": self.id,
            "technology": self.technology,
            "bridge_type": self.bridge_type,
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": self.name,
            "channels": list(self.channel_ids),
            "creationtime": ari_timestamp(self.created),
            "video_mode": "talker",
        }
