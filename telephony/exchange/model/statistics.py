"""The RTP figures of a leg, derived from the quality of its way and the time that it has been up."""

import zlib
from datetime import datetime
from typing import Any

from telephony.exchange.model.channels import Channel
from telephony.exchange.model.endpoints import Quality

PACKETS_PER_S = 50
OCTETS_PER_PACKET = 160  # 20 ms of G.711


def rtp_statistics(channel: Channel, quality: Quality, now: datetime) -> dict[str, Any]:
    """Return ARI's RTPstat: losses in packets, jitter and round trip in seconds, media experience score 0 to 100."""
    up_s = (now - channel.answered_at).total_seconds() if channel.answered_at else 0.0
    packets = int(up_s * PACKETS_PER_S)
    lost = round(packets * quality.loss)
    jitter, rtt = quality.jitter_ms / 1000, quality.rtt_ms / 1000
    ssrc = zlib.crc32(channel.id.encode())
    body: dict[str, Any] = {
        "txcount": packets,
        "rxcount": packets - lost,
        "txploss": lost,
        "rxploss": lost,
        "local_ssrc": ssrc,
        "remote_ssrc": ssrc ^ 0xFFFFFFFF,
        "txoctetcount": packets * OCTETS_PER_PACKET,
        "rxoctetcount": (packets - lost) * OCTETS_PER_PACKET,
        "channel_uniqueid": channel.id,
        "txjitter": jitter,
        "rxjitter": jitter,
    }
    for side in ("remote", "local"):
        body |= _spread(side, "jitter", jitter)
    for side in ("remote", "local"):
        body |= _spread(side, "rxploss", float(lost))
    body["rtt"] = rtt
    body |= {"maxrtt": rtt * 1.1, "minrtt": rtt * 0.9, "normdevrtt": rtt, "stdevrtt": rtt * 0.05}
    body |= {"txmes": quality.mes, "rxmes": quality.mes}
    for side in ("remote", "local"):
        body |= _spread(side, "mes", float(quality.mes))
    return body


def _spread(side: str, name: str, value: float) -> dict[str, float]:
    return {
        f"{side}_max{name}": value * 1.1,
        f"{side}_min{name}": value * 0.9,
        f"{side}_normdev{name}": value,
        f"{side}_stdev{name}": value * 0.05,
    }
