// Runs on the sound thread at 16 kHz. "player": two parties, each with a small buffer against jitter; "microphone": frames of 20 ms.
const FRAME = 320;
const FIRST = 3 * FRAME; // 60 ms are gathered before the first sound
const MOST = 7 * FRAME; // the wait grows to this after gaps, and shrinks again while all is well
const LATE = 5 * FRAME; // what lies further behind than this above the wait is left out: it would be heard too late
const CALM = 16000 * 10;

class Buffer {
  constructor() {
    this.samples = new Float32Array(16000);
    this.read = this.length = this.calm = this.underruns = 0;
    this.wait = FIRST;
    this.playing = false;
  }

  put(pcm) {
    for (let i = 0; i < pcm.length; i += 1) this.samples[(this.read + this.length + i) % 16000] = pcm[i] / 32768;
    this.length += pcm.length;
    if (this.length > this.wait + LATE) this.skip(this.length - this.wait);
  }

  skip(count) {
    this.read = (this.read + count) % 16000;
    this.length -= count;
  }

  fill(out) {
    if (!this.playing && this.length >= this.wait) this.playing = true;
    if (this.playing && this.length < out.length) {
      this.playing = false;
      this.underruns += 1;
      this.wait = Math.min(MOST, this.wait + FRAME);
      this.calm = 0;
    }
    if (!this.playing) return false;
    for (let i = 0; i < out.length; i += 1) out[i] = this.samples[(this.read + i) % 16000];
    this.skip(out.length);
    this.calm += out.length;
    if (this.calm > CALM) {
      this.calm = 0;
      this.wait = Math.max(FIRST, this.wait - FRAME);
    }
    return true;
  }
}

class Player extends AudioWorkletProcessor {
  constructor() {
    super();
    this.buffers = [new Buffer(), new Buffer()];
    this.told = false;
    this.port.onmessage = ({ data }) => {
      if (data === "stats") this.port.postMessage({ underruns: this.buffers.map((one) => one.underruns), waits: this.buffers.map((one) => one.wait) });
      else this.buffers[data.party]?.put(new Int16Array(data.pcm));
    };
  }

  process(_inputs, outputs) {
    const playing = this.buffers.map((buffer, party) => buffer.fill(outputs[party][0]));
    if (!this.told && playing.includes(true)) {
      this.told = true;
      this.port.postMessage({ playing: true });
    }
    return true;
  }
}

class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.frame[this.filled] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.filled += 1;
      if (this.filled < FRAME) continue;
      const whole = this.frame.slice().buffer;
      this.port.postMessage(whole, [whole]);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("listen-player", Player);
registerProcessor("listen-microphone", Microphone);
