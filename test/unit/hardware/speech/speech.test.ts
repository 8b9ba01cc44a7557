import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { notesOf } from '../../../../hardware/gpio/signal-pattern.ts';
import type { Health, Signal } from '../../../../hardware/ports.ts';
import { earcon, keyClick, SAMPLE_RATE } from '../../../../hardware/speech/earcon.ts';
import {
  earconConfigSchema,
  espeakConfigSchema,
  openEarcons,
  openEspeak,
} from '../../../../hardware/speech/espeak.ts';
import { headsetConfigSchema, openHeadset } from '../../../../hardware/speech/headset-jack.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';
import { OnoffModel } from '../../../support/hands/onoff-model.ts';

/** A child that a test ends. */
class Child extends EventEmitter {
  readonly program: string;
  readonly words: readonly string[];
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  killed = false;
  readonly #input: Buffer[] = [];
  constructor(program: string, words: readonly string[]) {
    super();
    this.program = program;
    this.words = words;
    this.stdin.on('data', (chunk: Buffer) => this.#input.push(chunk));
  }
  get input() {
    return Buffer.concat(this.#input);
  }
  kill() {
    this.killed = true;
    queueMicrotask(() => this.emit('exit', null));
    return true;
  }
}

function rig(config: object = {}) {
  const clock = new ManualClock();
  const children: Child[] = [];
  const health: Health[] = [];
  const gone = new Set<string>();
  const spawn = (program: string, words: readonly string[]) => {
    const child = new Child(program, words);
    children.push(child);
    if (gone.has(program)) {
      queueMicrotask(() => child.emit('error', Object.assign(new Error('x'), { code: 'ENOENT' })));
    } else if (words[0] === '--version') {
      queueMicrotask(() => child.emit('exit', 0));
    }
    return child as unknown as ChildProcess;
  };
  const speaker = openEspeak(espeakConfigSchema.parse({ driver: 'espeak', ...config }), {
    clock,
    spawn,
  });
  const start = () => speaker.start({ health: (report) => health.push(report) });
  const running = () => children.filter((child) => !child.killed && child.words[0] !== '--version');
  return { clock, children, health, gone, spawn, speaker, start, running };
}

test.each([
  ['it', 'it'],
  ['en', 'en-gb'],
  ['de', 'de'],
  ['fr', 'fr-fr'],
  ['sl', 'sl'],
  ['xx', 'en-gb'],
])(
  '%s is spoken by the voice %s, from a pipe and never from an argument',
  async (language, voice) => {
    const { speaker, start, running } = rig({ rate: 170, volume: 50 });
    await start();
    speaker.say('Scrivi il codice. A', language);
    await settle();
    const [synthesiser, player] = running();
    expect(synthesiser?.program).toBe('espeak-ng');
    expect(synthesiser?.words.join(' ')).toBe(`-v ${voice} -s 170 -a 50 -b 1 --stdin --stdout`);
    expect(player?.program).toBe('aplay');
    expect(JSON.stringify([synthesiser?.words, player?.words])).not.toContain('codice');
    expect(synthesiser?.input.toString()).toBe('Scrivi il codice. A');
  },
);

test('new speech, and silence, end the current speech at once and leave nothing behind', async () => {
  const { speaker, start, running, children, clock, health } = rig();
  await start();
  speaker.say('uno', 'it');
  const first = running();
  speaker.say('due', 'it');
  expect(first.every((child) => child.killed)).toBe(true);
  expect(running()).toHaveLength(2);
  speaker.silence();
  expect(running()).toHaveLength(0);
  await settle();
  expect(clock.pending).toBe(0);
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
  speaker.say('tre', 'it');
  await speaker.stop();
  expect(running()).toHaveLength(0);
  speaker.say('quattro', 'it');
  expect(children.filter((child) => child.input.toString() === 'quattro')).toEqual([]);
});

test('a player that hangs is ended after a minute', async () => {
  const { speaker, start, running, clock } = rig();
  await start();
  speaker.say('uno', 'it');
  clock.advance(60_000);
  expect(running()).toHaveLength(0);
});

test('a long text is cut', async () => {
  const { speaker, start, running } = rig();
  await start();
  speaker.say('a'.repeat(100_000), 'it');
  await settle();
  expect(running()[0]?.input.length).toBe(2_000);
});

test('a missing espeak-ng is reported at start, a missing player when it is needed', async () => {
  const without = rig();
  without.gone.add('espeak-ng');
  await without.start();
  expect(without.health.at(-1)).toMatchObject({ state: 'failing', reason: 'espeak-ngMissing' });
  const mute = rig();
  mute.gone.add('aplay');
  await mute.start();
  expect(mute.health.at(-1)).toMatchObject({ state: 'ready' });
  mute.speaker.say('uno', 'it');
  await settle();
  expect(mute.health.at(-1)).toMatchObject({ state: 'failing', reason: 'aplayMissing' });
});

test('no sound card: failing, and ready again when a sound was played to its end', async () => {
  const { speaker, start, running, health } = rig();
  await start();
  speaker.say('uno', 'it');
  running()[1]?.emit('exit', 1);
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'aplayFailed' });
  speaker.say('due', 'it');
  for (const child of running().slice(-2)) {
    child.emit('exit', 0);
  }
  expect(health.at(-1)).toMatchObject({ state: 'ready' });
});

test('the volume wraps around, and is reset for the next person', async () => {
  const { speaker, start, running } = rig({ volume: 60 });
  await start();
  expect([1, 2, 3, 4].map(() => speaker.turnVolume())).toEqual([80, 100, 20, 40]);
  speaker.resetVolume();
  speaker.say('uno', 'it');
  expect(running()[0]?.words.join(' ')).toContain('-a 60');
});

test('paplay gets its sink', async () => {
  const { speaker, start, running } = rig({ player: { program: 'paplay', device: 'headset' } });
  await start();
  speaker.click();
  expect(running()[0]?.program).toBe('paplay');
  expect(running()[0]?.words).toContain('--device=headset');
});

describe('earcons', () => {
  const signals: Signal[] = ['read', 'granted', 'refused', 'askStaff'];
  /** Where there is sound, in steps of 10 ms. */
  const rhythm = (bytes: Uint8Array) => {
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    const step = SAMPLE_RATE / 100;
    let text = '';
    for (let at = 0; at + step <= samples.length; at += step) {
      text += samples.subarray(at, at + step).some((sample) => Math.abs(sample) > 2_000)
        ? '#'
        : '.';
    }
    return text;
  };

  test('the four differ in rhythm alone', () => {
    expect(new Set(signals.map((signal) => rhythm(earcon(signal, 100)))).size).toBe(4);
  });

  test.each(signals)(
    '%s lasts as long as its notes, never clips and begins and ends softly',
    (signal) => {
      const bytes = earcon(signal, 100);
      const ms = notesOf[signal].reduce((sum, note) => sum + note.ms, 0);
      expect((bytes.length / 2 / SAMPLE_RATE) * 1_000).toBeCloseTo(ms, 0);
      const samples = [...new Int16Array(bytes.buffer)];
      expect(Math.max(...samples.map(Math.abs))).toBeLessThan(32_767);
      expect(Math.abs(samples[0] ?? 1)).toBe(0);
      expect(Math.abs(samples.at(-1) ?? 32_767)).toBeLessThan(400);
    },
  );

  test('volume 0 is silence, and a key click is short', () => {
    expect(earcon('granted', 0).every((byte) => byte === 0)).toBe(true);
    expect(keyClick(100).length / 2 / SAMPLE_RATE).toBeLessThan(0.03);
  });

  test('signals are played, and off ends the sound', async () => {
    const { clock, spawn, running } = rig();
    const indicator = openEarcons(earconConfigSchema.parse({ driver: 'earcons' }), {
      clock,
      spawn,
    });
    await indicator.start({ health: () => {} });
    indicator.show('granted');
    await settle();
    expect(running()[0]?.input.length).toBe(earcon('granted', 80).length);
    indicator.show('off');
    expect(running()).toHaveLength(0);
    await indicator.stop();
  });
});

describe('the headset’s jack', () => {
  test('its contact is followed; lost, it counts as unplugged', async () => {
    const model = new OnoffModel();
    const clock = new ManualClock();
    const reports: boolean[] = [];
    const sense = openHeadset(headsetConfigSchema.parse({ driver: 'gpio', contact: { pin: 24 } }), {
      clock,
      load: async () => model.binding,
      sysfs: model.sysfs,
    });
    await sense.start({ plugged: (plugged) => reports.push(plugged), health: () => {} });
    model.drive(24, 1);
    model.drive(24, 0);
    expect(reports).toEqual([false, true, false]);
    await sense.stop();
    model.fault = Object.assign(new Error('x'), { code: 'EACCES' });
    await sense.start({ plugged: (plugged) => reports.push(plugged), health: () => {} });
    expect(reports.at(-1)).toBe(false);
    await sense.stop();
  });

  test('a site may fix it', async () => {
    const reports: boolean[] = [];
    const sense = openHeadset({ driver: 'fixed', plugged: true }, { clock: new ManualClock() });
    await sense.start({ plugged: (plugged) => reports.push(plugged), health: () => {} });
    expect(reports).toEqual([true]);
  });
});
