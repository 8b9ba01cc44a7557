import { spawn as spawnProcess } from 'node:child_process';
import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Health, Scanner, ScannerEvents, Symbology } from '../ports.ts';
import { type CameraConfig, type CameraConfigInput, cameraConfigSchema } from './camera-config.ts';
import { CameraPipe, type Spawn } from './camera-pipe.ts';
import type { DecodeRequest } from './decode/decoder.ts';
import type { LumaFrame } from './decode/frame.ts';
import { DecoderThread, type TimedOutcome } from './decoder-thread.ts';
import { type FrameParser, RawFrames } from './framing/raw-frames.ts';

const RESTART: BackoffLimits = { firstMs: 500, longestMs: 30_000, factor: 2 };
/** A camera that gives no picture for so long is started again. */
const STALLED_AFTER_MS = 5000;
/** After so long without a fault the next one counts as the first. */
const STEADY_AFTER_MS = 10_000;

/** What decodes: a {@link DecoderThread}, or a test's own. */
export interface FrameDecoder {
  start(): Promise<void>;
  stop(): Promise<void>;
  decode(frame: LumaFrame, request: DecodeRequest): Promise<TimedOutcome>;
}

export interface CameraDeps {
  clock: Clock;
  random: () => number;
  spawn: Spawn;
  decoder: (recycle: (memory: ArrayBuffer) => void) => FrameDecoder;
}

/** Opens the camera that a config describes, with the machine's own clock, processes and threads. */
export function openCamera(input: CameraConfigInput, deps: Partial<CameraDeps> = {}): Camera {
  const config = cameraConfigSchema.parse(input);
  const clock = deps.clock ?? systemClock;
  return new Camera(config, {
    clock,
    random: deps.random ?? Math.random,
    spawn: deps.spawn ?? spawnProcess,
    decoder:
      deps.decoder ??
      ((recycle) => {
        return new DecoderThread({ decoder: config.decoder, pace: 'stream' }, { clock, recycle });
      }),
  });
}

/** Frames seen, dropped because a newer one came, and decoded, since the start. */
export interface CameraCounts {
  frames: number;
  dropped: number;
  decoded: number;
  restarts: number;
}

/**
 * A camera behind a command's pipe. It decodes one frame at a time, always the newest; it starts the
 * command again with a growing delay whenever it ends, stalls or can't be found.
 */
export class Camera implements Scanner {
  readonly counts: CameraCounts = { frames: 0, dropped: 0, decoded: 0, restarts: 0 };
  readonly #config: CameraConfig;
  readonly #deps: CameraDeps;
  readonly #parser: FrameParser;
  readonly #decoder: FrameDecoder;
  #events: ScannerEvents | undefined;
  #wanted: readonly Symbology[] = ['qr'];
  #pipe: CameraPipe | undefined;
  #state: Health['state'] | 'stopped' = 'stopped';
  #attempt = 0;
  #newest: LumaFrame | undefined;
  #decoding = false;
  #framesSinceReading = 0;
  #cancelTimer = () => {};
  #cancelSteady = () => {};

  constructor(config: CameraConfig, deps: CameraDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#parser = frameParser(config);
    this.#decoder = deps.decoder((memory) => this.#parser.recycle(memory));
  }

  async start(events: ScannerEvents): Promise<void> {
    this.#events = events;
    this.#report({ state: 'opening', since: this.#now() });
    try {
      await this.#decoder.start();
    } catch (error) {
      this.#report({ state: 'failing', since: this.#now(), reason: errorCode(error) });
    }
    if (this.#events === events) {
      this.#open();
    }
  }

  async stop(): Promise<void> {
    this.#events = undefined;
    this.#state = 'stopped';
    this.#cancelTimer();
    this.#cancelSteady();
    this.#newest = undefined;
    const pipe = this.#pipe;
    this.#pipe = undefined;
    await Promise.all([pipe?.stop(), this.#decoder.stop()]);
  }

  expect(symbologies: readonly Symbology[]): void {
    this.#wanted = [...symbologies];
  }

  #open(): void {
    this.#parser.reset();
    const pipe = new CameraPipe(this.#deps.spawn, this.#config.command, this.#deps.clock, {
      data: (chunk) => {
        if (this.#pipe === pipe) {
          this.#receive(chunk);
        }
      },
      ended: (reason) => {
        if (this.#pipe === pipe) {
          this.#lose(reason);
        }
      },
    });
    this.#pipe = pipe;
    this.#watchForStall();
  }

  #watchForStall(): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.clock.after(STALLED_AFTER_MS, () => {
      const pipe = this.#pipe;
      this.#lose('stalled');
      void pipe?.stop();
    });
  }

  #lose(reason: string): void {
    this.#pipe = undefined;
    this.#newest = undefined;
    this.#cancelTimer();
    this.#cancelSteady();
    this.#report({ state: 'lost', since: this.#now(), reason });
    const delay = backoffMs(this.#attempt, RESTART, this.#deps.random());
    this.#attempt++;
    this.#cancelTimer = this.#deps.clock.after(delay, () => {
      this.counts.restarts++;
      this.#report({ state: 'opening', since: this.#now() });
      this.#open();
    });
  }

  #receive(chunk: Uint8Array): void {
    const frames = this.#parser.push(chunk);
    for (const parsed of frames) {
      this.counts.frames++;
      if (parsed.kind === 'luma') {
        this.#offer(parsed.frame);
      }
    }
    if (frames.length > 0) {
      this.#watchForStall();
      if (this.#state !== 'ready') {
        this.#report({ state: 'ready', since: this.#now() });
        this.#cancelSteady = this.#deps.clock.after(STEADY_AFTER_MS, () => {
          this.#attempt = 0;
        });
      }
    }
  }

  #offer(frame: LumaFrame): void {
    this.#framesSinceReading++;
    if (this.#newest) {
      this.counts.dropped++;
      this.#parser.recycle(this.#newest.data.buffer as ArrayBuffer);
    }
    this.#newest = frame;
    if (!this.#decoding) {
      void this.#decodeNewest();
    }
  }

  async #decodeNewest(): Promise<void> {
    this.#decoding = true;
    while (this.#newest) {
      const frame = this.#newest;
      this.#newest = undefined;
      try {
        const request = { wanted: this.#wanted, budgetMs: this.#config.budgetMs };
        this.#tell(await this.#decoder.decode(frame, request));
      } catch (error) {
        this.#report({ state: 'failing', since: this.#now(), reason: errorCode(error) });
      }
    }
    this.#decoding = false;
  }

  #tell(outcome: TimedOutcome): void {
    this.counts.decoded++;
    const { name } = this.#config;
    const frames = this.#framesSinceReading;
    for (const { text, symbology } of outcome.codes) {
      this.#framesSinceReading = 0;
      this.#events?.reading({ text, symbology, source: name, at: this.#now(), frames });
    }
    if (outcome.codeLike && outcome.codes.length === 0) {
      this.#events?.unreadable(name);
    }
  }

  #report(health: Health): void {
    if (this.#events) {
      this.#state = health.state;
      this.#events.health(health);
    }
  }

  #now(): number {
    return this.#deps.clock.monotonic();
  }
}

function frameParser(config: CameraConfig): FrameParser {
  const { width, height, format, stride = config.width } = config;
  if (format === 'mjpeg') {
    throw new Error('mjpeg follows');
  }
  return new RawFrames({ width, height, format, stride });
}
