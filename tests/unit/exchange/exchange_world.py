from typing import Any

from telephony.exchange.clock import ManualClock
from telephony.exchange.exchange import Exchange


class World:
    """An exchange in hand-moved time, with one application whose events are kept."""

    def __init__(self, exchange: Exchange, clock: ManualClock) -> None:
        self.exchange = exchange
        self.clock = clock
        self.events: list[dict[str, Any]] = []
        exchange.switch.apps.register("xktcc", self.events.append, subscribe_all=True)

    def of(self, event_type: str, channel_id: str = "") -> list[dict[str, Any]]:
        return [
            event
            for event in self.events
            if event["type"] == event_type and (not channel_id or event.get("channel", {}).get("id") == channel_id)
        ]
