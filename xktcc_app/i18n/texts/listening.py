"""Listening to calls: the panel, its modes, why it ended."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "act.listen": ("监听", "Listen"),
    "act.whisper": ("耳语", "Whisper"),
    "act.barge": ("强插", "Barge in"),
    "listen": ("监听面板", "Listening"),
    "listen.modes": ("谁能听到您", "Who hears you"),
    "listen.end": ("结束监听（Esc）", "Stop listening (Esc)"),
    "listen.opening": ("正在接通…", "Connecting…"),
    "listen.customer": ("客户", "Caller"),
    "listen.agent": ("坐席", "Agent"),
    "listen.volume_customer": ("客户音量", "Volume of the caller"),
    "listen.volume_agent": ("坐席音量", "Volume of the agent"),
    "listen.others": ("同时在听：{names}", "Also listening: {names}"),
    "listen.by": ("正在监听：{names}", "Listened to by {names}"),
    "listen.asking": ("请允许使用麦克风…", "Please allow the microphone…"),
    "listen.sign.listen": ("只听：双方都听不到您", "Listening: nobody hears you"),
    "listen.sign.whisper": ("耳语中：只有坐席听到您说话", "Whispering: only the agent hears you"),
    "listen.sign.barge": ("强插中：双方都听到您说话", "Barged in: both sides hear you"),
    "listen.why.call_over": ("通话已结束。", "The call has ended."),
    "listen.why.pbx_lost": (
        "与交换机的语音连接中断，通话不受影响。",
        "The sound from the PBX was lost; the call is not affected.",
    ),
    "listen.why.line_lost": ("语音连接中断，请重新监听。", "The connection was lost, please listen again."),
    "listen.why.replaced": ("您在另一处开始了监听。", "You began to listen elsewhere."),
    "listen.why.stopped": ("系统正在重新启动。", "The system is restarting."),
    "listen.why.closed": ("监听已结束。", "Listening has ended."),
    "listen.why.no_sound": (
        "浏览器无法播放声音，请检查音频设备。",
        "The browser can't play sound, check the audio device.",
    ),
    "listen.why.no_microphone": (
        "无法使用麦克风：请在浏览器中允许，并检查设备。仍在只听。",
        "The microphone can't be used: allow it in the browser and check the device. You are still only listening.",
    ),
    "listen.why.voice_lost": (
        "您的声音被交换机断开，现在仅监听；需要时请重新切换。",
        "The PBX dropped your voice: you are only listening now. Switch again when you need to.",
    ),
    "listen.why.permission_denied": ("您没有监听权限。", "You may not listen."),
    "listen.why.not_logged_in": ("登录已失效。", "Your session is over."),
    "listen.why.out_of_scope": ("该坐席不在您的数据范围内。", "This seat is outside your data scope."),
    "listen.why.unknown_agent": ("没有这个坐席。", "There is no such agent."),
    "listen.why.nothing_to_hear": ("这个坐席当前没有通话。", "This seat is in no call now."),
    "listen.why.own_call": ("这是您自己的通话。", "This is your own call."),
    "listen.why.too_many_listeners": ("监听这通电话的人数已满。", "As many as may are listening to this call already."),
    "listen.why.unknown": ("监听没有成功，请稍后再试。", "Listening did not work, please try again."),
    "error.nothing_to_hear": ("这个坐席当前没有通话。", "This seat is in no call now."),
    "error.own_call": ("这是您自己的通话。", "This is your own call."),
    "error.too_many_exports": (
        "已有 3 个导出正在进行，请等待完成或取消后再试。",
        "Three exports are under way already: wait for one, or cancel it.",
    ),
    "error.too_many_listeners": ("监听这通电话的人数已满。", "As many as may are listening to this call already."),
}
