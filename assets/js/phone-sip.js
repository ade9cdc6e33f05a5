// A SIP phone in the page (JsSIP, opus over DTLS-SRTP), registered through the server's own socket. Its password is good for
// that socket alone and lies in no storage.
import { phoneState } from "./phone.js";
import { getUi } from "./store.js";

const GATHER_MS = 300; // no candidate for so long: all that matter are there
const AUTO_LOOK_MS = 60;
const RENEWAL_MS = 9000;
const FAILED = { 401: "wrong_token", 403: "wrong_token", 404: "not_known", 408: "no_pbx", 503: "no_pbx" };

export async function beginSip({ device, password }, stream, { up, down, rings }) {
  const { default: JsSIP } = await import("jssip");
  const domain = "xktcc.invalid"; // the PBX looks at the user's name only
  const socket = new JsSIP.WebSocketInterface(`${location.origin.replace(/^http/, "ws")}/api/phone/sip`);
  const agent = new JsSIP.UA({
    sockets: [socket], uri: `sip:${device}@${domain}`, password, register: true, register_expires: 60, session_timers: false,
    connection_recovery_min_interval: 600, user_agent: "XktCC",
  });
  const speaker = new Audio();
  speaker.autoplay = true;
  let call = null;
  let over = false;
  let asked = null; // whether this page came into a call that goes on already, and its phone is rung to have the sound again

  const devices = () => speaker.setSinkId?.(getUi("speaker")).catch(() => {});
  if (getUi("speaker")) devices();

  function hear(connection) {
    connection.addEventListener("track", ({ streams, track }) => {
      speaker.srcObject = streams[0] ?? new MediaStream([track]);
    });
  }

  /** Only once: a phone that merely registers anew still has its sound. */
  const renewal = () => fetch("/api/phone/renewal", { method: "POST" })
    .then((told) => told.json())
    .then(({ renewed }) => renewed === true)
    .catch(() => false);

  async function resume(session) {
    const renewed = await asked;
    asked = null;
    if (renewed && call === session) answer();
    return renewed;
  }

  function answer() {
    if (!call || call.isEstablished()) return;
    call.answer({ mediaStream: stream, mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } });
    rings(false);
  }

  function mind(session) {
    call = session;
    let waiting = 0;
    session.on("icecandidate", ({ ready }) => {
      clearTimeout(waiting);
      waiting = setTimeout(ready, GATHER_MS);
    });
    session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
    const gone = () => {
      clearInterval(looking);
      if (call === session) call = null;
      rings(false);
    };
    session.on("ended", gone);
    session.on("failed", gone);
    // The phone of whoever dials rings first: it is taken off hook by itself.
    const looking = setInterval(() => {
      if (session.isEstablished()) clearInterval(looking);
      else if (phoneState.dialling()) {
        clearInterval(looking);
        answer();
      }
    }, AUTO_LOOK_MS);
    if (!asked) return rings(true);
    resume(session).then((renewed) => !renewed && call === session && rings(true));
  }

  agent.on("newRTCSession", ({ session, originator }) => {
    if (originator !== "remote") return;
    if (call) session.terminate({ status_code: 486 });
    else mind(session);
  });
  let known = false;
  agent.on("registered", () => {
    up();
    if (!known && !call) {
      asked = renewal();
      asked.then(() => setTimeout(() => (asked = null), RENEWAL_MS)); // what rings later is another call
    }
    known = true;
  });
  agent.on("registrationFailed", ({ response }) => over || down(FAILED[response?.status_code] ?? "not_registered"));
  agent.on("disconnected", ({ code }) => over || down({ 4401: "session_over", 4403: "forbidden", 4503: "no_pbx" }[code] ?? "no_server"));
  agent.start();
  // The sound would be gone with the page: the browser asks first.
  const keep = (event) => call?.isEstablished() && event.preventDefault();
  addEventListener("beforeunload", keep);

  return {
    answer,
    devices,
    close() {
      over = true;
      removeEventListener("beforeunload", keep);
      agent.stop();
      stream.getTracks().forEach((track) => track.stop());
      speaker.srcObject = null;
    },
  };
}
