import { type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Health } from '../../../hardware/ports.ts';
import { espeakConfigSchema, openEspeak } from '../../../hardware/speech/espeak.ts';
import { systemClock } from '../../../shared/clock.ts';

const isThere = spawnSync('espeak-ng', ['--version']).status === 0;
if (!isThere) {
  process.stderr.write('SKIPPED: espeak-ng is not installed (apt-get install espeak-ng)\n');
}

describe.skipIf(!isThere)('real espeak-ng', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'varco-speech-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Speaks into a file in place of a sound card. */
  async function speakTo(file: string, text: string, language: string): Promise<Health[]> {
    const health: Health[] = [];
    let played: Promise<unknown> = Promise.resolve();
    const recorder = (program: string, words: readonly string[], options: SpawnOptions) => {
      if (program !== 'aplay') {
        return spawn(program, words, options);
      }
      const child = spawn('sh', ['-c', 'cat > "$1"', 'record', file], options);
      played = once(child, 'exit');
      return child;
    };
    const speaker = openEspeak(espeakConfigSchema.parse({ driver: 'espeak' }), {
      clock: systemClock,
      spawn: recorder,
    });
    await speaker.start({ health: (report) => health.push(report) });
    speaker.say(text, language);
    await played;
    await speaker.stop();
    return health;
  }

  test.each([
    ['it', 'Può entrare. Prego.'],
    ['en', 'You may enter. Please.'],
    ['de', 'Sie können hineingehen. Bitte.'],
    ['fr', 'Vous pouvez entrer. Merci.'],
    ['sl', 'Lahko vstopite. Izvolite, čakamo.'],
  ])('speaks %s: more than a second of audible sound', async (language, text) => {
    const file = join(directory, `${language}.raw`);
    const health = await speakTo(file, text, language);
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    expect(statSync(file).size / 2 / 22_050).toBeGreaterThan(1);
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 4).toString()).not.toBe('RIFF');
    const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    expect(samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeGreaterThan(
      2_000,
    );
  });

  test('aplay without a sound card is a health report, not a crash', async () => {
    const health: Health[] = [];
    const config = espeakConfigSchema.parse({
      driver: 'espeak',
      player: { program: 'aplay', device: 'varco-none' },
    });
    const speaker = openEspeak(config, { clock: systemClock });
    const failing = new Promise<void>((resolve) => {
      void speaker.start({
        health(report) {
          health.push(report);
          if (report.state === 'ready') {
            speaker.say('prova', 'it');
          } else if (report.state === 'failing') {
            resolve();
          }
        },
      });
    });
    await failing;
    expect(['aplayFailed', 'aplayMissing']).toContain((health.at(-1) as { reason: string }).reason);
    await speaker.stop();
  });
});
