"""What a failure says: `error.` and its code."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "error.unknown": ("操作没有成功，请稍后再试。", "That did not work, please try again later."),
    "error.unexpected": (
        "操作没有完成：系统内部出错。请重试；仍不成功，请把编号告诉管理员：",
        "That was not done: something failed inside the system. Try again, or tell the administrator this number: ",
    ),
    "error.telephony_error": ("电话系统没有完成这个操作。", "The telephone system did not do that."),
    "error.pbx_unreachable": ("连接不上交换机，请稍后再试。", "The PBX can't be reached, please try again later."),
    "error.pbx_refused": ("交换机拒绝了这个操作。", "The PBX refused that."),
    "error.pbx_credentials": (
        "交换机不接受本系统的账号，请联系管理员。",
        "The PBX does not accept this system's account, ask the administrator.",
    ),
    "error.application_replaced": (
        "交换机的连接已被另一个程序取代，请联系管理员。",
        "Another program has taken over the PBX connection, ask the administrator.",
    ),
    "error.command_timeout": (
        "交换机没有及时答复，请看状态是否已变，再重试。",
        "The PBX did not answer in time; see whether the state has changed, then try again.",
    ),
    "error.device_offline": ("话机不在线，请检查话机或耳机。", "The phone is offline, check the phone or headset."),
    "error.not_supported": ("当前的交换机不支持这个操作。", "This PBX can't do that."),
    "error.illegal_transition": (
        "当前状态下不能这样做，状态可能刚刚变了。",
        "Not possible in this state; it may just have changed.",
    ),
    "error.unknown_agent": ("没有这个坐席。", "There is no such agent."),
    "error.no_such_call": ("这通电话已经结束。", "The call has already ended."),
    "error.device_in_use": ("这部话机正被另一个坐席使用。", "Another agent uses this phone."),
    "error.not_provisioned": ("本账号还没有分配话机。", "This account has no phone yet."),
    "error.bad_number": (
        "号码不正确：应为 3 到 20 位数字，可以 + 开头。",
        "Not a number to dial: 3 to 20 digits, with or without a leading +.",
    ),
    "error.barred_number": (
        "按系统设置，这个号段不允许拨打（如声讯台、境外号码）。",
        "Numbers of this range are not called from here (premium rates, other countries), as configured.",
    ),
    "error.emergency_number": (
        "按系统设置，不能从这里拨打紧急号码，请用身边的电话直接拨打。",
        "Emergency numbers are not called from here, as configured: use a telephone at hand.",
    ),
    "error.peer_not_free": (
        "对方坐席现在接不了电话，请另选一位；来电仍在您这里。",
        "That seat can't take a call now: choose another one. The caller is still with you.",
    ),
    "error.service_error": ("操作没有成功，请稍后再试。", "That did not work, please try again later."),
    "error.permission_denied": ("您没有权限这样做。", "You may not do that."),
    "error.out_of_scope": ("该坐席不在您的数据范围内。", "This seat is outside your data scope."),
    "error.no_seat": ("本账号没有坐席号。", "This account has no agent number."),
    "error.not_found": ("内容已不存在。", "It no longer exists."),
    "error.bad_value": ("填写的内容不正确，请检查后再试。", "A value is not allowed, please check it."),
    "error.wrong_credentials": ("原密码不正确。", "The old password is wrong."),
    "error.throttled": ("尝试过于频繁，请稍后再试。", "Too many attempts, please try again later."),
    "error.account_locked": ("账号已锁定，请稍后再试。", "The account is locked, please try again later."),
    "error.database_busy": (
        "数据库正忙，没有作任何改动，请再试一次。",
        "The database is busy, nothing was changed; please try again.",
    ),
    "error.bad_digits": (
        "按键只能是数字、*、# 和 A 到 D，最多 32 个。",
        "Keys are digits, *, # and A to D, 32 at most.",
    ),
    "error.no_consultation": ("没有可以操作的咨询通话。", "There is no consultation to do that with."),
    "error.bad_reason": ("请选择小休的原因。", "Choose the reason of the break."),
    "error.seat_not_ready": ("坐席当前的状态下不能这样做。", "Not possible in the seat's present state."),
    "error.last_administrator": (
        "这是最后一个管理员，不能移除或锁定。",
        "This is the last administrator and can't be removed or locked out.",
    ),
    "error.password_mismatch": ("两次输入的新密码不一致。", "The two new passwords differ."),
    "error.weak_password.too_short": (
        "新密码太短，至少 10 个字符。",
        "The new password is too short: at least 10 characters.",
    ),
    "error.weak_password.too_long": (
        "新密码太长，最多 128 个字符。",
        "The new password is too long: at most 128 characters.",
    ),
    "error.weak_password.is_account": ("新密码不能与账号相同。", "The new password must not be the account's name."),
    "error.weak_password.common": ("新密码过于常见，请换一个。", "The new password is too common, choose another."),
    "error.weak_password.unchanged": ("新密码与原密码相同。", "The new password is the old one."),
    "error.fields": ("有内容填写不正确，请看标红的各项。", "Some fields need another look: see those marked red."),
    "error.changed_meanwhile": (
        "别人刚刚改过这条记录，您的修改没有保存。请对照后再决定。",
        "Somebody else has just changed this record. Yours was not saved: compare, then decide.",
    ),
    "error.illegal_step": ("订单现在的状态下不能这样做。", "Not possible where the order stands now."),
    "error.duplicate_found": ("已有相同身份证或电话的老人。", "There are elders with the same ID number or telephone."),
    "error.bad_file": ("这个文件不能导入。", "This file can't be imported."),
}
