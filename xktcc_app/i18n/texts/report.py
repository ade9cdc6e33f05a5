"""The reports on orders and calls."""

from __future__ import annotations

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)

TEXTS: dict[str, tuple[str, str]] = {
    "title.reports": ("综合报表 · XktCC", "Reports · XktCC"),
    "page.reports": ("综合报表", "Reports"),
    "menu.stats": ("统计分析", "Statistics"),
    "report.kind": ("报表", "Report"),
    "report.orders": ("订单报表", "Orders"),
    "report.calls": ("话务报表", "Calls"),
    "report.year": ("年度", "Year"),
    "report.year_is": ("{year} 年", "{year}"),
    "report.this_year": ("{year} 年（本年）", "{year} (this year)"),
    "report.org": ("组织", "Organization"),
    "report.org_all": ("全部（数据范围内）", "All in your data scope"),
    "report.first": ("起始日期", "From"),
    "report.last": ("截止日期", "To"),
    "report.as_of": ("数据截至 {at} · 时区 {zone}", "As of {at} · time zone {zone}"),
    "report.xlsx": ("导出 XLSX", "Export XLSX"),
    "report.png": ("导出 PNG", "Export PNG"),
    "report.rule": (
        "已取消的订单不计入；没有订单的月份记为 0。金额为订单总额（补贴 + 自付）；按下单时间归月。",
        (
            "Cancelled orders are left out; a month without orders is 0. Amounts are order totals (subsidy + self-paid); "
            "an order counts in the month in which it was made."
        ),
    ),
    "report.rule_click": ("点击柱形或表中数字，查看其中的订单。", "Click a bar or a figure to see its orders."),
    "report.this": ("看今年", "This year"),
    "report.every_org": ("看全部组织", "All organizations"),
    "report.blank_nothing": ("还没有订单，暂无可统计的内容。", "There are no orders yet: nothing to report."),
    "report.blank_org": (
        "所选组织（含下级）没有订单，或不在您的数据范围内。",
        "The organization chosen (with all below it) has no orders, or is not in your data scope.",
    ),
    "report.blank_future": (
        "{year} 年还没有到，没有订单可统计。",
        "{year} has not begun: there are no orders to report.",
    ),
    "report.blank_year": ("{year} 年没有订单。", "There are no orders in {year}."),
    "report.bad_year": (
        "地址中的年度不正确：应为 2000 到 2999 之间的四位数字。",
        "The year in the address is not one: four digits are wanted, from 2000 to 2999.",
    ),
    "report.of_before": ("上年{what}", "{what}, year before"),
    "report.change_of": ("{what}同比", "Change of {what}"),
    "report.up_to": ("{what}（截至 {day}）", "{what} (up to {day})"),
    "report.total_over": (
        "合计的同比只比较已满的 {months} 个月。",
        "The total's change compares the {months} months that are over.",
    ),
    "report.months_n": ("每月订单总量", "Orders a month"),
    "report.months_amount": ("每月订单金额", "Order amount a month"),
    "report.quarters": ("各年度每季度订单金额", "Order amount of each quarter, every year"),
    "report.unit_n": ("单", "orders"),
    "report.unit_wan": ("万元", "10,000 yuan"),
    "report.unit_yuan": ("元", "yuan"),
    "report.hatched": ("斜纹为未满（截至 {day}）", "hatched: not over yet (up to {day})"),
    "report.newest": ("图为最近 {years} 年", "chart: the newest {years} years"),
    "report.whole_year": ("全年", "Year"),
    "report.month": ("月份", "Month"),
    "report.n": ("订单数", "Orders"),
    "report.amount": ("金额", "Amount"),
    "report.before": ("上年", "Year before"),
    "report.change": ("同比", "Change"),
    "report.total": ("合计", "Total"),
    "report.so_far": ("前 {months} 个整月 {change}", "{change} over {months} whole months"),
    "report.failed": ("报表没有载入", "The report was not loaded"),
    "report.bad_period": (
        "日期不正确：应为起始不晚于截止的两个日期，最多 92 天。",
        "Check the dates: two days, the first before the last, 92 days at most.",
    ),
    "report.arrivals": ("来电时段分布", "Calls by hour and weekday"),
    "report.arrivals_of": (
        "{total} 通呼入 · 每格为该时段的来电数",
        "{total} inbound calls · each field: calls in that hour",
    ),
    "report.queue": ("排队服务", "Queue"),
    "report.queued_is": ("进入排队的呼入电话", "inbound calls that entered the queue"),
    "report.answered_is": ("排队后由坐席接听", "taken from the queue by an agent"),
    "report.abandoned_is": ("来电者在排队中挂断", "hung up by the caller in the queue"),
    "report.figure": ("指标", "Figure"),
    "report.value": ("数值", "Value"),
    "report.formula": ("口径", "Formula"),
    "report.weekday": ("星期", "Weekday"),
    "report.in_seconds": ("时长单位为秒。", "Times are in seconds."),
    "report.work_is": (
        (
            "接听、外呼接通：由该坐席通话的电话 · 振铃未接：振铃后未接起的次数 · 通话时长含保持 · 话后、空闲时长：坐席处于该状态的时间 · "
            "平均处理时长 =（通话 + 保持 + 话后）÷（接听 + 外呼接通） · "
            "工时利用率 = 处理时长 ÷（处理时长 + 空闲时长），处理时长为通话、保持与话后状态的时间"
        ),
        (
            "Answered, outbound: calls that the agent spoke · rang, not answered: how often a call rang in vain · talk includes hold · "
            "wrap-up, ready: time in that state · average handling time = (talk + hold + wrap-up) ÷ (answered + outbound) · "
            "occupancy = handling ÷ (handling + ready), where handling is the time in the states talking, hold and wrap-up"
        ),
    ),
    "report.agents": ("坐席工作量", "Agents"),
    "report.queued": ("排队来电", "Queued"),
    "report.answered": ("接听", "Answered"),
    "report.abandoned": ("放弃", "Abandoned"),
    "report.level": ("服务水平 {seconds} s", "Service level {seconds} s"),
    "report.level_is": (
        "{seconds} 秒内从队列接起 ÷ 进入队列（放弃也计入分母）",
        "taken from the queue within {seconds} s ÷ queued (abandoned calls count as queued)",
    ),
    "report.asa": ("平均应答速度", "Average speed of answer"),
    "report.asa_is": ("已接听来电的排队时长之和 ÷ 已接听", "sum of the answered calls' queue waits ÷ answered"),
    "report.abandonment": ("放弃率", "Abandonment"),
    "report.abandonment_is": ("在队列中挂断 ÷ 进入队列", "hung up in the queue ÷ queued"),
    "report.aht": ("平均处理时长", "Average handling time"),
    "report.aht_is": ("（通话 + 保持 + 话后）÷ 处理的电话", "(talk + hold + wrap-up) ÷ calls handled"),
    "report.occupancy": ("工时利用率", "Occupancy"),
    "report.occupancy_is": ("处理时长 ÷（处理时长 + 空闲时长）", "handling ÷ (handling + ready)"),
    "report.amount_yuan": ("金额（元）", "Amount (yuan)"),
    "report.quarters_sheet": ("各年度季度金额（元）", "Quarters (yuan)"),
    "report.agent": ("坐席", "Agent"),
    "report.outbound": ("外呼接通", "Outbound"),
    "report.missed": ("振铃未接", "Rang, not answered"),
    "report.talk": ("通话时长", "Talk"),
    "report.wrap_up": ("话后时长", "Wrap-up"),
    "report.ready": ("空闲时长", "Ready"),
    "report.everybody": ("合计", "All"),
    "report.no_agents": ("这段时间没有坐席的记录", "No agent was at work in this period"),
    "quarter.1": ("第 1 季度", "Q1"),
    "quarter.2": ("第 2 季度", "Q2"),
    "quarter.3": ("第 3 季度", "Q3"),
    "quarter.4": ("第 4 季度", "Q4"),
    **{f"month.{at}": (f"{at} 月", name) for at, name in enumerate(_MONTHS, 1)},
    **{f"weekday.{at}": both for at, both in enumerate(_DAYS, 1)},
}
