// Sound both ways at 16 kHz: plays what comes, after a short reserve against jitter; hands over the microphone in frames of 20 ms.
const FRAME = 320;
const RESERVE = 960; // 60 ms
const MOST = 8000; // half a second: what is older is dropped

class Sound extends AudioWorkletProcessor {
  constructor() {
    super();
    this.waiting = [];
    this.count = 0;
    this.playing = false;
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.port.onmessage = ({ data }) => {
      this.waiting.push(new Int16Array(data));
      this.count += data.byteLength / 2;
      while (this.count > MOST) this.count -= this.waiting.shift().length;
    };
  }

  play(out) {
    if (!this.playing && this.count < RESERVE) return;
    this.playing = true;
    for (let at = 0; at < out.length; at += 1) {
      const head = this.waiting[0];
      if (!head) {
        this.playing = false;
        return;
      }
      this.place ??= 0;
      out[at] = head[this.place] / 32768;
      this.place += 1;
      this.count -= 1;
      if (this.place === head.length) {
        this.waiting.shift();
        this.place = 0;
      }
    }
  }

  take(input) {
    for (const sample of input) {
      this.frame[this.filled] = Math.max(-1, Math.min(1, sample)) * 32767;
      this.filled += 1;
      if (this.filled < FRAME) continue;
      this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
      this.frame = new Int16Array(FRAME);
      this.filled = 0;
    }
  }

  process([input], [output]) {
    if (output[0]) this.play(output[0]);
    if (input[0]) this.take(input[0]);
    return true;
  }
}

registerProcessor("xktcc-sound", Sound);
