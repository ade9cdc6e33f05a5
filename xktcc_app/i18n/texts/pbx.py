"""What can be wrong with the PBX and its phones, and what helps."""

TEXTS: dict[str, tuple[str, str]] = {
    "phone.problem.not_given": ("尚未配置话机号和令牌。", "No phone id and token are given yet."),
    "phone.problem.token_unreadable": (
        "令牌无法解密，请重新设置。",
        "The token can't be decrypted: give it anew.",
    ),
    "phone.problem.bad_phone": (
        "话机号须为 2 到 32 个字母、数字、- 或 _，令牌须为 8 到 128 个可见字符。",
        "A phone id has 2 to 32 letters, digits, - and _; a token 8 to 128 visible characters.",
    ),
    "phone.problem.pbx_unreachable": ("交换机没有应答。", "The PBX does not answer."),
    "phone.problem.pbx_credentials": (
        "交换机拒绝了本系统的 ARI 用户名或密码。",
        "The PBX refuses this program's ARI user or password.",
    ),
    "phone.problem.pbx_refused": ("交换机拒绝了请求。", "The PBX refused the request."),
    "phone.problem.phone_not_known": ("交换机上没有这个话机。", "The PBX does not know this phone."),
    "phone.problem.phone_incomplete": (
        "交换机上这个话机的配置不完整。",
        "The phone's configuration at the PBX is incomplete.",
    ),
    "phone.problem.token_differs": ("令牌与交换机上的不一致。", "The token is not the one that the PBX has."),
    "phone.problem.phone_not_registered": (
        "配置正确，但话机没有注册：请检查话机的电源、网络和设置。",
        "The pair is right, but no phone is registered: check its power, network and settings.",
    ),
    "pbx.remedy.unreachable": (
        "交换机没有应答：请检查 XKTCC_ARI_URL 以及 Asterisk 是否在运行。",
        "the PBX does not answer: check XKTCC_ARI_URL, and that Asterisk runs",
    ),
    "pbx.remedy.not_ari": (
        "该地址不是 ARI：请检查 XKTCC_ARI_URL 和 Asterisk 的 http.conf、ari.conf。",
        "what answers there is not ARI: check XKTCC_ARI_URL, and Asterisk's http.conf and ari.conf",
    ),
    "pbx.remedy.wrong_password": (
        "ARI 用户名或密码错误：请检查 XKTCC_ARI_USER 和 XKTCC_ARI_PASSWORD。",
        "the ARI user or password is wrong: check XKTCC_ARI_USER and XKTCC_ARI_PASSWORD",
    ),
    "pbx.remedy.read_only_user": (
        "该 ARI 用户只读：请在 ari.conf 中设置 read_only=no。",
        "the ARI user may only read: set read_only=no in ari.conf",
    ),
    "pbx.remedy.too_old": ("Asterisk 版本过低：需要 22 或更新。", "this Asterisk is too old: 22 or newer is needed"),
    "pbx.remedy.modules_missing": (
        "Asterisk 缺少必需的模块：请在 modules.conf 中加载。",
        "Asterisk lacks modules without which no call works: load them in modules.conf",
    ),
    "pbx.remedy.modules_wanted": (
        "Asterisk 缺少部分模块，有些功能不可用：请在 modules.conf 中加载。",
        "Asterisk lacks modules, so that something does not work: load them in modules.conf",
    ),
    "pbx.remedy.trunk_missing": (
        "Asterisk 没有配置中继：外呼不可用，请检查 pjsip.conf。",
        "Asterisk has no such trunk, so that nobody outside can be called: see pjsip.conf",
    ),
    "pbx.remedy.trunk_down": (
        "中继不通：请检查线路和运营商。",
        "the trunk is down: check the line and the carrier",
    ),
    "pbx.remedy.app_taken": (
        "另一个程序正在使用同名的 ARI 应用：请先停止它，或设置 XKTCC_ARI_TAKE_OVER=1 接管。",
        "another copy of this program uses the ARI application: stop it, or take over with XKTCC_ARI_TAKE_OVER=1",
    ),
}
