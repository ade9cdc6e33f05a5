"""Log-in and password."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # log-in
    "login.title": ("登录", "Log in"),
    "login.account": ("账号", "Account"),
    "login.account_hint": ("请输入账号", "Your account"),
    "login.password": ("密码", "Password"),
    "login.password_hint": ("请输入密码", "Your password"),
    "login.show": ("显示密码", "Show password"),
    "login.go": ("登录", "Log in"),
    "login.rule": (
        "同一账号只能在一处登录，后登录的会使先登录的退出；进行中的通话不会中断。忘记密码请联系管理员重置。",
        (
            "An account can be logged in at one place only: a later login ends the earlier one. A live call is not cut. "
            "Forgot the password? An administrator can reset it."
        ),
    ),
    "login.hotline": ("服务热线", "Hotline"),
    "login.duty": ("值守", "On duty"),
    "login.duty_value": ("全年 24 小时", "24 hours, all year"),
    "login.target": ("接听目标", "Answer within"),
    "login.target_value": ("{seconds} 秒", "{seconds} s"),
    "login.retry_1": ("请 ", "Try again in "),
    "login.retry_2": (" 秒后再试。", " s."),
    "login.other": ("{at}，地址 {address}。本页已退出。", "{at}, from {address}. This page was logged out."),
    "login.other_advice": (
        "不是您本人？请登录后立即修改密码，并告知管理员。",
        "Was it not you? Log in, change the password at once and tell the administrator.",
    ),
    "notice.wrong": ("账号或密码不正确", "Wrong account or password"),
    "notice.throttled": ("尝试过于频繁", "Too many attempts"),
    "notice.locked": ("账号已锁定", "This account is locked"),
    "notice.pushed_out": ("您的账号在别处登录", "Your account logged in elsewhere"),
    "notice.idle": ("因长时间未操作，已自动退出", "Logged out after a long time without activity"),
    "notice.expired": ("登录已到期，请重新登录", "The login has expired, please log in again"),
    "notice.disabled": ("账号已停用，请联系管理员", "This account is disabled, ask the administrator"),
    "notice.forced": ("管理员已让您退出", "An administrator logged you out"),
    "notice.logged_out": ("您已退出登录", "You have logged out"),
    # password
    "password.forced": (
        "首次登录或密码被重置后，须先修改密码才能继续。",
        "After the first login or a reset, the password must be changed before you go on.",
    ),
    "password.old": ("原密码", "Old password"),
    "password.new": ("新密码", "New password"),
    "password.again": ("再次输入新密码", "New password again"),
    "password.rule": (
        "至少 10 个字符，不与账号相同，也不要用常见的密码。修改后，其他地方的登录会退出。",
        "At least 10 characters, not the account's name and not a common password. Logins elsewhere end when it changes.",
    ),
    "password.go": ("保存", "Save"),
}
