"""待回拨 and recordings."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "page.callbacks": ("待回拨", "Callbacks"),
    "title.callbacks": ("待回拨", "Callbacks"),
    "callback.unknown": ("未登记的号码", "Unknown number"),
    "callback.number": ("号码", "Number"),
    "callback.reason": ("原因", "Reason"),
    "callback.last": ("最近来电", "Last call"),
    "callback.missed": ("未接次数", "Missed"),
    "callback.tried": ("回拨次数", "Tried"),
    "callback.tried_outcome": ("上次回拨", "Last try"),
    "callback.state": ("状态", "State"),
    "callback.state.waiting": ("待处理", "Waiting"),
    "callback.state.taken": ("处理中", "Taken"),
    "callback.state.done": ("已处理", "Done"),
    "callback.state.all": ("全部", "All"),
    "callback.open": ("未处理完", "Open"),
    "callback.by": ("处理人", "Handled by"),
    "callback.mine": ("只看我的", "Only mine"),
    "callback.call": ("回拨", "Call"),
    "callback.take": ("认领", "Take"),
    "callback.release": ("退回", "Give back"),
    "callback.finish": ("登记结果", "Result"),
    "callback.result": ("处理结果", "Result"),
    "callback.result.reached": ("已联系上", "Reached"),
    "callback.result.unreachable": ("联系不上", "Can't be reached"),
    "callback.result.not_needed": ("无需回拨", "Not needed"),
    "callback.result.wrong_number": ("号码有误", "Wrong number"),
    "error.taken_by_another": ("这条回拨已由别的坐席在处理。", "Somebody else is already calling this person back."),
    "error.already_closed": ("这条回拨已处理完毕。", "This call-back is already done with."),
}
