import { spawn } from 'node:child_process';
import { z } from 'zod';
import { infoOf, isLanguage } from '../../shared/language.ts';
import type { Health, Indicator, Signal, Speaker } from '../ports.ts';
import { earcon, keyClick } from './earcon.ts';
import { playerSchema } from './player.ts';
import { Sound, type SoundDeps } from './sound.ts';

/** The config of the `espeak` speaker. */
export const espeakConfigSchema = z.strictObject({
  driver: z.literal('espeak'),
  player: playerSchema.default({ program: 'aplay' }),
  /** 0 to 100. */
  volume: z.number().int().min(0).max(100).default(80),
  /** Words a minute. */
  rate: z.number().int().min(80).max(300).default(150),
});
export type EspeakConfig = z.infer<typeof espeakConfigSchema>;

/** The config of the `earcons` indicator: signals as sounds from the loudspeaker. */
export const earconConfigSchema = z.strictObject({
  driver: z.literal('earcons'),
  player: playerSchema.default({ program: 'aplay' }),
  volume: z.number().int().min(0).max(100).default(80),
});
export type EarconConfig = z.infer<typeof earconConfigSchema>;

const PROGRAM = 'espeak-ng';
const FALLBACK_VOICE = 'en-gb';
/** Longer texts are cut, in characters. No screen has one, and speech must end within a minute. */
const TEXT_MAX = 2_000;
/** espeak-ng's scale goes up to 200, but sound clips above 100. */
const AMPLITUDE_MAX = 100;
const VOLUME_STEP = 20;

/** Speech by espeak-ng. */
export function openEspeak(config: EspeakConfig, deps: SoundDeps): Speaker {
  return new EspeakSpeaker(config, deps);
}

class EspeakSpeaker implements Speaker {
  readonly #config: EspeakConfig;
  readonly #deps: SoundDeps;
  #sound: Sound | undefined;
  #volume: number;
  #usualVolume: number;

  constructor(config: EspeakConfig, deps: SoundDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#volume = config.volume;
    this.#usualVolume = config.volume;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    const { clock } = this.#deps;
    events.health({ state: 'opening', since: clock.now() });
    this.#sound = new Sound(this.#deps, (health) => events.health(health));
    const reason = await synthesiserFault(this.#deps);
    events.health(
      reason === undefined
        ? { state: 'ready', since: clock.now() }
        : { state: 'failing', since: clock.now(), reason },
    );
  }

  async stop(): Promise<void> {
    this.#sound?.silence();
    this.#sound = undefined;
  }

  say(text: string, language: string): void {
    const { player, rate } = this.#config;
    const amplitude = Math.round((this.#volume * AMPLITUDE_MAX) / 100);
    const args = [
      ...['-v', isLanguage(language) ? infoOf(language).voice : FALLBACK_VOICE],
      ...['-s', String(rate)],
      ...['-a', String(amplitude)],
      ...['-b', '1', '--stdin', '--stdout'],
    ];
    this.#sound?.playProgram(PROGRAM, args, text.slice(0, TEXT_MAX), player);
  }

  silence(): void {
    this.#sound?.silence();
  }

  click(): void {
    this.#sound?.playSamples(keyClick(this.#volume), this.#config.player);
  }

  turnVolume(): number {
    this.#volume = this.#volume >= 100 ? VOLUME_STEP : Math.min(100, this.#volume + VOLUME_STEP);
    return this.#volume;
  }

  resetVolume(): void {
    this.#volume = this.#usualVolume;
  }

  setUsualVolume(percent: number): void {
    this.#usualVolume = percent;
    this.#volume = percent;
  }
}

/** Signals as sounds. */
export function openEarcons(config: EarconConfig, deps: SoundDeps): Indicator {
  return new Earcons(config, deps);
}

class Earcons implements Indicator {
  readonly #config: EarconConfig;
  readonly #deps: SoundDeps;
  #sound: Sound | undefined;

  constructor(config: EarconConfig, deps: SoundDeps) {
    this.#config = config;
    this.#deps = deps;
  }

  async start(events: { health(health: Health): void }): Promise<void> {
    this.#sound = new Sound(this.#deps, (health) => events.health(health));
    events.health({ state: 'ready', since: this.#deps.clock.now() });
  }

  async stop(): Promise<void> {
    this.#sound?.silence();
    this.#sound = undefined;
  }

  show(signal: Signal): void {
    const { volume, player } = this.#config;
    this.#sound?.playSamples(earcon(signal, volume), player);
  }
}

/** The reason why espeak-ng can't be run, if it can't. */
function synthesiserFault(deps: SoundDeps): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = (deps.spawn ?? spawn)(PROGRAM, ['--version'], { stdio: 'ignore' });
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ENOENT' ? `${PROGRAM}Missing` : (error.code ?? 'unknown')),
    );
    child.on('exit', (code) => resolve(code === 0 ? undefined : `${PROGRAM}Failed`));
  });
}
