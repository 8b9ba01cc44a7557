import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { z } from 'zod';
import { SAMPLE_RATE } from './earcon.ts';

/** Starts a program, as `spawn` of `node:child_process` does. */
export type Spawn = (
  program: string,
  args: readonly string[],
  options: SpawnOptions,
) => ChildProcess;

/** The program that plays sound. */
export const playerSchema = z.strictObject({
  /** ALSA's or PulseAudio's player. */
  program: z.enum(['aplay', 'paplay']).default('aplay'),
  /** ALSA's device, such as `plughw:1,0`, or PulseAudio's sink. */
  device: z.string().min(1).max(128).optional(),
});
export type PlayerConfig = z.infer<typeof playerSchema>;

/** The arguments that make a player play 16-bit samples from its standard input. */
export function playerArgs(config: PlayerConfig): string[] {
  const rate = String(SAMPLE_RATE);
  if (config.program === 'aplay') {
    const device = config.device === undefined ? [] : ['-D', config.device];
    return ['-q', ...device, '-t', 'raw', '-f', 'S16_LE', '-c', '1', '-r', rate, '-'];
  }
  const device = config.device === undefined ? [] : [`--device=${config.device}`];
  return [...device, '--raw', '--format=s16le', '--channels=1', `--rate=${rate}`];
}
