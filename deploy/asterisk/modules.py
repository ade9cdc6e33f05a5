"""The modules that Asterisk loads for this program, and why. Nothing else is loaded: less to attack, quicker to start."""

from __future__ import annotations

GROUPS: dict[str, str] = {
    "the base": "res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_crypto res_timing_timerfd",
    "HTTP and sockets, also for browser phones and live listening": (
        "res_http_websocket res_websocket_client chan_websocket"
    ),
    "sound and its encryption": (
        "res_rtp_asterisk res_srtp codec_ulaw codec_alaw codec_a_mu codec_resample codec_g722 codec_gsm "
        "codec_opus_open_source res_format_attr_opus format_pcm format_wav format_sln format_gsm res_musiconhold"
    ),
    "SIP": (
        "res_pjsip res_pjsip_session res_pjsip_pubsub res_pjsip_authenticator_digest "
        "res_pjsip_outbound_authenticator_digest res_pjsip_endpoint_identifier_user res_pjsip_endpoint_identifier_ip "
        "res_pjsip_registrar res_pjsip_outbound_registration res_pjsip_sdp_rtp res_pjsip_transport_websocket "
        "res_pjsip_caller_id res_pjsip_nat res_pjsip_dtmf_info res_pjsip_refer res_pjsip_rfc3326 res_pjsip_header_funcs "
        "res_pjsip_path res_pjsip_maintenance res_pjsip_acl res_pjsip_dlg_options chan_pjsip"
    ),
    "bridges": "bridge_simple bridge_softmix bridge_holding bridge_native_rtp bridge_builtin_features chan_bridge_media",
    "ARI": (
        "res_stasis res_stasis_answer res_stasis_device_state res_stasis_playback res_stasis_recording res_stasis_snoop "
        "res_ari_model res_ari res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels "
        "res_ari_device_states res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings res_ari_sounds "
        "app_stasis"
    ),
    "what the program asks of registrations": "func_pjsip_aor func_pjsip_contact func_pjsip_endpoint",
    "the dialplan's fallback": (
        "pbx_config app_dial app_playback app_echo func_callerid func_channel func_logic func_strings func_hangupcause "
        "func_timeout"
    ),
}

ALL: tuple[str, ...] = tuple(module for words in GROUPS.values() for module in words.split())


def as_lines() -> str:
    """The ``load`` lines of ``modules.conf``, group by group."""
    return "\n".join(
        f"; {group}\n" + "\n".join(f"load = {module}.so" for module in words.split()) for group, words in GROUPS.items()
    )
