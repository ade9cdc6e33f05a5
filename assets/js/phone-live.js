// The embedded exchange's sound: the own leg's, over a socket, in whatever call there is. The toolbar does everything else.
import { phoneState } from "./phone.js";
import { getUi } from "./store.js";

const RATE = 16000;

export async function beginLive(_told, stream, { up, down }) {
  const context = new AudioContext({ sampleRate: RATE });
  await context.audioWorklet.addModule("/js/sound-worklet.js");
  const sound = new AudioWorkletNode(context, "xktcc-sound", { outputChannelCount: [1] });
  const heard = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(sound);
  sound.connect(heard).connect(context.destination);
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/phone/live`);
  socket.binaryType = "arraybuffer";
  let over = false;
  const devices = () => context.setSinkId?.(getUi("speaker")).catch(() => {});
  if (getUi("speaker")) devices();
  // Browsers let a page sound only after the visitor has touched it.
  const wake = () => context.state === "suspended" && context.resume();
  document.addEventListener("pointerdown", wake);
  socket.onmessage = ({ data }) => {
    window.xktccHeard = heard;
    sound.port.postMessage(data, [data]);
  };
  sound.port.onmessage = ({ data }) => {
    if (socket.readyState === WebSocket.OPEN && !phoneState.muted() && document.querySelector('.bar[data-state="talking"]')) socket.send(data);
  };
  const close = () => {
    over = true;
    document.removeEventListener("pointerdown", wake);
    socket.close();
    stream.getTracks().forEach((track) => track.stop());
    if (context.state !== "closed") context.close();
  };
  socket.onopen = up;
  socket.onclose = ({ code }) => over || down({ 4401: "session_over", 4403: "forbidden" }[code] ?? "no_server", code !== 4401 && code !== 4403);
  return { close, devices, answer: () => {} };
}
