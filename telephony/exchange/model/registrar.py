"""Phones coming and going: registration, qualification, quality of the way."""

from telephony.exchange.model.endpoints import Endpoint, Quality
from telephony.exchange.model.switch import Switch

MEASURED_WITHIN = 0.1
"""No two measurements of a round trip are alike: each lies within this share of the true one."""


class Registrar:
    """Operations on endpoints."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def register(self, endpoint: Endpoint) -> None:
        """Let a phone register: the contact appears, is qualified, and the peer becomes reachable."""
        if endpoint.online:
            return
        self._contact(endpoint, "NonQualified", "0")
        endpoint.registered = endpoint.reachable = True
        self._peer(endpoint, "Reachable")
        self._announce_rtt(endpoint, endpoint.quality.rtt_ms)
        self._switch.refresh_device_state(endpoint.resource)

    def unregister(self, endpoint: Endpoint) -> None:
        """Let a phone unregister; a call that it is on goes on, as SIP dialogs do."""
        if not endpoint.registered:
            return
        was_reachable = endpoint.reachable
        endpoint.registered = endpoint.reachable = False
        self._contact(endpoint, "Removed", "0")
        if was_reachable:
            self._peer(endpoint, "Unreachable")
        self._switch.refresh_device_state(endpoint.resource)

    def lose(self, endpoint: Endpoint) -> None:
        """Let the qualification of a registered phone fail: it answers no more."""
        if not endpoint.reachable:
            return
        endpoint.reachable = False
        self._contact(endpoint, "Unreachable", "0")
        self._peer(endpoint, "Unreachable")
        self._switch.refresh_device_state(endpoint.resource)

    def set_quality(self, endpoint: Endpoint, quality: Quality) -> None:
        """Change the way to a phone; the next qualification announces it."""
        endpoint.quality = quality

    def qualify(self, endpoint: Endpoint) -> None:
        """Measure the round trip of a reachable phone, and announce it: clients that come late learn it so."""
        if not endpoint.online or endpoint.static:
            return
        true_ms = endpoint.quality.rtt_ms
        self._announce_rtt(endpoint, true_ms * self._switch.rng.uniform(1 - MEASURED_WITHIN, 1 + MEASURED_WITHIN))

    def _announce_rtt(self, endpoint: Endpoint, rtt_ms: float) -> None:
        self._contact(endpoint, "Reachable", str(round(rtt_ms * 1000)))

    def _contact(self, endpoint: Endpoint, status: str, roundtrip_usec: str) -> None:
        self._switch.emit(
            "ContactStatusChange",
            endpoint=self._switch.endpoint_json(endpoint),
            contact_info={
                "uri": endpoint.contact_uri,
                "contact_status": status,
                "aor": endpoint.resource,
                "roundtrip_usec": roundtrip_usec,
            },
        )

    def _peer(self, endpoint: Endpoint, status: str) -> None:
        self._switch.emit(
            "PeerStatusChange", endpoint=self._switch.endpoint_json(endpoint), peer={"peer_status": status}
        )
