import { spawn as spawnProcess } from 'node:child_process';
import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { CodeCheck, Health, Scanner, ScannerEvents, Symbology } from '../ports.ts';
import { type CameraConfig, type CameraConfigInput, cameraConfigSchema } from './camera-config.ts';
import { CameraPipe, type Spawn } from './camera-pipe.ts';
import { DecoderThread } from './decoder-thread.ts';
import { type FrameDecoder, FrameReader } from './frame-reader.ts';
import { JpegFrames } from './framing/jpeg-frames.ts';
import { type FrameParser, RawFrames } from './framing/raw-frames.ts';
import { readImage } from './read-image.ts';

const RESTART: BackoffLimits = { firstMs: 500, longestMs: 30_000, factor: 2 };
/** A camera without a frame for this long is restarted, in milliseconds. */
const STALLED_AFTER_MS = 5000;
/** After this long without a fault the restart delay starts over, in milliseconds. */
const STEADY_AFTER_MS = 10_000;

export interface CameraDeps {
  clock: Clock;
  random: () => number;
  spawn: Spawn;
  decoder: (recycle: (memory: ArrayBuffer) => void) => FrameDecoder;
  /** Checks a text, by its signature or its check character. */
  check?: ((text: string, symbology: Symbology) => CodeCheck) | undefined;
  /** Switches the lamp beside the camera, where one is wired: on while it is too dark. */
  torch?: ((on: boolean) => void) | undefined;
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
    check: deps.check,
    torch: deps.torch,
  });
}

/**
 * A camera read from the standard output of a command. The command is restarted, with a growing delay,
 * whenever it ends, stalls or can't be found.
 */
export class Camera implements Scanner {
  readonly #config: CameraConfig;
  readonly #deps: CameraDeps;
  readonly #parser: FrameParser;
  readonly #decoder: FrameDecoder;
  readonly #reader: FrameReader;
  #events: ScannerEvents | undefined;
  #pipe: CameraPipe | undefined;
  #state: Health['state'] | 'stopped' = 'stopped';
  #attempt = 0;
  #cancelTimer = () => {};
  #cancelSteady = () => {};

  constructor(config: CameraConfig, deps: CameraDeps) {
    const { width, height } = config;
    this.#config = config;
    this.#deps = deps;
    this.#parser = frameParser(config);
    const recycle = (memory: ArrayBuffer) => this.#parser.recycle(memory);
    this.#decoder = deps.decoder(recycle);
    this.#reader = new FrameReader(config.name, config.budgetMs, {
      clock: deps.clock,
      decoder: this.#decoder,
      recycle,
      openJpeg: (data) => readImage(data, { widthMax: width, heightMax: height }),
      check: deps.check,
      torch: deps.torch,
    });
  }

  async start(events: ScannerEvents): Promise<void> {
    this.#events = events;
    this.#attempt = 0;
    this.#report({ state: 'opening', since: this.#now() });
    try {
      await this.#decoder.start();
    } catch (error) {
      this.#report({ state: 'failing', since: this.#now(), reason: errorCode(error) });
    }
    if (this.#events === events) {
      this.#reader.start(events);
      this.#open();
    }
  }

  async stop(): Promise<void> {
    this.#events = undefined;
    this.#state = 'stopped';
    this.#cancelTimer();
    this.#cancelSteady();
    this.#reader.stop();
    const pipe = this.#pipe;
    this.#pipe = undefined;
    this.#deps.torch?.(false);
    await Promise.all([pipe?.stop(), this.#decoder.stop()]);
  }

  expect(symbologies: readonly Symbology[]): void {
    this.#reader.wanted = [...symbologies];
  }

  #open(): void {
    this.#parser.reset();
    try {
      this.#pipe = this.#startPipe();
      this.#watchForStall();
    } catch (error) {
      this.#lose(errorCode(error));
    }
  }

  #startPipe(): CameraPipe {
    const pipe: CameraPipe = new CameraPipe(
      this.#deps.spawn,
      this.#config.command,
      this.#deps.clock,
      {
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
      },
    );
    return pipe;
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
    this.#reader.forget();
    this.#cancelTimer();
    this.#cancelSteady();
    this.#report({ state: 'lost', since: this.#now(), reason });
    const delay = backoffMs(this.#attempt, RESTART, this.#deps.random());
    this.#attempt++;
    this.#cancelTimer = this.#deps.clock.after(delay, () => {
      this.#report({ state: 'opening', since: this.#now() });
      this.#open();
    });
  }

  #receive(chunk: Uint8Array): void {
    const frames = this.#parser.push(chunk);
    for (const frame of frames) {
      this.#reader.offer(frame);
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
  return format === 'mjpeg' ? new JpegFrames() : new RawFrames({ width, height, format, stride });
}
