// The sound of a call that is listened to: both parties by themselves, each with its volume and its level, and the microphone.
const WORKLET = "/js/listen-worklet.js";
const SIDES = [-0.35, 0.35]; // the outside party a little to the left, the agent to the right

let context;

/** One context for all listening: to make and load it takes longer than all the rest. Browsers allow it after a click only. */
async function ready() {
  if (!context) {
    context = new AudioContext({ sampleRate: 16000, latencyHint: "interactive" });
    context.loaded = context.audioWorklet.addModule(WORKLET);
  }
  if (context.state === "suspended") await context.resume();
  await context.loaded;
  return context;
}

export class CallSound {
  constructor() {
    this.gains = [];
    this.analysers = [];
    this.early = [];
  }

  /** `onSound` is called once, at the first sound that is played. */
  async open(onSound) {
    const sound = await ready();
    if (this.closed) return;
    this.player = new AudioWorkletNode(sound, "listen-player", { numberOfInputs: 0, numberOfOutputs: 2, outputChannelCount: [1, 1] });
    this.player.port.onmessage = ({ data }) => data.playing ? onSound() : this.onStats?.(data);
    SIDES.forEach((side, party) => {
      const gain = new GainNode(sound);
      const analyser = new AnalyserNode(sound, { fftSize: 2048, smoothingTimeConstant: 0.3 });
      this.player.connect(analyser, party);
      this.player.connect(gain, party);
      gain.connect(new StereoPannerNode(sound, { pan: side })).connect(sound.destination);
      this.gains.push(gain);
      this.analysers.push(analyser);
    });
    this.early.splice(0).forEach((message) => this.play(message));
  }

  /** A message of the media socket: the party in its first byte, then the samples. */
  play(message) {
    if (!this.player) {
      this.early = [...this.early.slice(-11), message];
      return;
    }
    const pcm = message.slice(1);
    this.player.port.postMessage({ party: new Uint8Array(message)[0], pcm }, [pcm]);
  }

  /** `share` from 0 to 1; loudness grows with its square, as ears hear it. */
  setVolume(party, share) {
    if (this.gains[party]) this.gains[party].gain.value = share * share;
  }

  /** How loud a party is now, 0 (-60 dB and less) to 1. */
  level(party) {
    const samples = new Float32Array(512);
    this.analysers[party]?.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
    return Math.max(0, Math.min(1, 1 + Math.log10(power + 1e-9) / 6));
  }

  stats() {
    return new Promise((resolve) => {
      this.onStats = resolve;
      this.player ? this.player.port.postMessage("stats") : resolve(null);
    });
  }

  /** Opens the microphone and hands on its frames. Throws when there is none, or it is not allowed. */
  async openMicrophone(onFrame) {
    if (this.stream) return;
    const sound = await ready();
    const voice = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: voice });
    if (this.closed || this.stream) {
      stream.getTracks().forEach((track) => track.stop());
      return;
    }
    this.stream = stream;
    this.source = new MediaStreamAudioSourceNode(sound, { mediaStream: stream });
    this.microphone = new AudioWorkletNode(sound, "listen-microphone", { numberOfOutputs: 0 });
    this.microphone.port.onmessage = ({ data }) => onFrame(data);
    this.source.connect(this.microphone);
  }

  closeMicrophone() {
    this.source?.disconnect();
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = this.source = this.microphone = undefined;
  }

  close() {
    this.closed = true;
    this.closeMicrophone();
    this.player?.disconnect();
    this.gains.forEach((gain) => gain.disconnect());
  }
}
