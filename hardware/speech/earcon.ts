import { type Note, notesOf } from '../gpio/signal-pattern.ts';
import type { Signal } from '../ports.ts';

/** Samples per second; one channel, signed 16 bits, little-endian. */
export const SAMPLE_RATE = 22_050;

/** Fade at both ends of a note, which would click without it, in milliseconds. */
const RAMP_MS = 5;
const PEAK = 0.6 * 32_767;

/**
 * A signal as sound. Pure. Rhythm and pitch are the buzzer's, so that people learn the signals once.
 *
 * @param volume 0 to 100.
 * @returns 16-bit samples as bytes; empty for `off`.
 */
export function earcon(signal: Signal, volume: number): Uint8Array {
  return render(notesOf[signal], volume);
}

/** The sound in place of a character that must not be spoken aloud. */
export function keyClick(volume: number): Uint8Array {
  return render([{ hertz: 2_400, ms: 18 }], volume);
}

/** Notes one after the other as 16-bit samples. */
export function render(notes: readonly Note[], volume: number): Uint8Array {
  const lengths = notes.map(({ ms }) => Math.round((ms / 1_000) * SAMPLE_RATE));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const bytes = new Uint8Array(2 * total);
  const view = new DataView(bytes.buffer);
  const peak = (PEAK * Math.min(100, Math.max(0, volume))) / 100;
  const ramp = (RAMP_MS / 1_000) * SAMPLE_RATE;
  let start = 0;
  for (const [index, { hertz }] of notes.entries()) {
    const length = lengths[index] ?? 0;
    for (let at = 0; at < length; at++) {
      const envelope = Math.min(1, at / ramp, (length - at) / ramp);
      const wave = hertz === 0 ? 0 : Math.sin((2 * Math.PI * hertz * at) / SAMPLE_RATE);
      view.setInt16(2 * (start + at), Math.round(peak * envelope * wave), true);
    }
    start += length;
  }
  return bytes;
}
