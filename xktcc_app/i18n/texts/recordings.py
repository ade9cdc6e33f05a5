"""Recordings and their player; what can go wrong with callbacks."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "player": ("录音", "Recording"),
    "player.play": ("播放 / 暂停", "Play / pause"),
    "player.seek": ("播放位置", "Position"),
    "player.speed": ("播放速度", "Speed"),
    "player.download": ("下载", "Download"),
    "player.loading": ("正在载入录音…", "Loading the recording…"),
    "player.again": ("重试", "Try again"),
    "player.failed.401": ("登录已失效，请重新登录。", "Your session is over: log in again."),
    "player.failed.403": ("您没有收听这段录音的权限。", "You may not listen to this recording."),
    "player.failed.404": ("录音还没有准备好。", "The recording is not ready yet."),
    "player.failed.410": ("录音文件已不存在。", "The recording's file is gone."),
    "player.failed.other": ("录音载入失败，请检查网络。", "The recording could not be loaded: check the connection."),
    "recording.good": ("录音完整", "Complete"),
    "recording.cut": ("录音不完整", "Incomplete"),
    "recording.pending": ("录音处理中", "Being fetched"),
    "recording.broken": ("录音损坏", "Broken"),
    "recording.missing": ("录音缺失", "Missing"),
    "recording.expired": ("已过保存期限", "Kept no longer"),
    "error.recording_not_playable": ("这段录音不能播放。", "This recording can't be played."),
}
