"""What a call was about."""

from __future__ import annotations

from enum import StrEnum


class CallCategory(StrEnum):
    """订餐与服务预约 咨询 订单进度 投诉建议 紧急求助 关怀问候 回访 误拨 其他. The codes are stored."""

    BOOKING = "booking"
    INQUIRY = "inquiry"
    PROGRESS = "progress"
    COMPLAINT = "complaint"
    EMERGENCY = "emergency"
    GREETING = "greeting"
    FOLLOW_UP = "follow_up"
    MISDIAL = "misdial"
    OTHER = "other"
