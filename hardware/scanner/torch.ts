import type { z } from 'zod';
import type { OutputLine } from '../gpio/line.ts';
import { type OnoffDeps, OnoffSource } from '../gpio/onoff-lines.ts';
import type { pinSchema } from '../gpio/pin-config.ts';
import type { Scanner, ScannerEvents, Symbology } from '../ports.ts';

/**
 * A camera with a lamp beside it, on one of the machine's own pins. Without the pin the camera goes on in
 * the dark that there is: a torch is a help and never a reason to be out of service.
 */
export class TorchCamera implements Scanner {
  readonly #source: OnoffSource<{ torch: OutputLine; close(): void }>;
  readonly #camera: Scanner;
  #torch: OutputLine | undefined;
  #lit = false;

  /** @param camera opens the camera, given what lights the lamp. */
  constructor(
    pin: z.infer<typeof pinSchema>,
    deps: OnoffDeps,
    camera: (light: (on: boolean) => void) => Scanner,
  ) {
    this.#source = new OnoffSource((pins) => {
      const torch = pins.output(pin);
      return { torch, close: () => torch.close() };
    }, deps);
    this.#camera = camera((on) => this.#light(on));
  }

  async start(events: ScannerEvents): Promise<void> {
    await this.#source.start({
      ready: ({ torch }) => {
        this.#torch = torch;
        torch.set(this.#lit);
      },
      lost: () => {
        this.#torch = undefined;
      },
    });
    await this.#camera.start(events);
  }

  async stop(): Promise<void> {
    await this.#camera.stop();
    this.#light(false);
    await this.#source.stop();
    this.#torch = undefined;
  }

  expect(symbologies: readonly Symbology[]): void {
    this.#camera.expect(symbologies);
  }

  #light(on: boolean): void {
    this.#lit = on;
    this.#torch?.set(on);
  }
}
