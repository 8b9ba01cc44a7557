import type { z } from 'zod';
import type { OutputLine } from '../gpio/line.ts';
import { type OnoffDeps, OnoffSource } from '../gpio/onoff-lines.ts';
import type { pinSchema } from '../gpio/pin-config.ts';
import type { Scanner, ScannerEvents, Symbology } from '../ports.ts';

/**
 * A camera with a lamp beside it, on one of the machine's own pins. When the pin can't be used the camera
 * works without the lamp: that is no reason to be out of service.
 */
export class TorchCamera implements Scanner {
  readonly #source: OnoffSource<{ torch: OutputLine; close(): void }>;
  readonly #camera: Scanner;
  #torch: OutputLine | undefined;
  #isLit = false;

  /** @param camera opens the camera with a function that switches the lamp. */
  constructor(
    pin: z.infer<typeof pinSchema>,
    deps: OnoffDeps,
    camera: (torch: (on: boolean) => void) => Scanner,
  ) {
    this.#source = new OnoffSource((pins) => {
      const torch = pins.output(pin);
      return { torch, close: () => torch.close() };
    }, deps);
    this.#camera = camera((on) => this.#switch(on));
  }

  async start(events: ScannerEvents): Promise<void> {
    await this.#source.start({
      ready: ({ torch }) => {
        this.#torch = torch;
        torch.set(this.#isLit);
      },
      lost: () => {
        this.#torch = undefined;
      },
    });
    await this.#camera.start(events);
  }

  async stop(): Promise<void> {
    await this.#camera.stop();
    this.#switch(false);
    await this.#source.stop();
    this.#torch = undefined;
  }

  expect(symbologies: readonly Symbology[]): void {
    this.#camera.expect(symbologies);
  }

  #switch(on: boolean): void {
    this.#isLit = on;
    this.#torch?.set(on);
  }
}
