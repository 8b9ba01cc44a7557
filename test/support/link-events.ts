import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { LinkEvents } from '../../device/link/kiosk-link.ts';
import { Link, type LinkOptions } from '../../device/link/link.ts';
import { systemClock } from '../../shared/clock.ts';
import type { LinkServer } from './link-server.ts';

/** A kiosk's key, in both forms. */
export function newPair(): { privateKey: KeyObject; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: String(publicKey.export({ format: 'jwk' }).x) };
}

/** A real link under test, with its reports, which can be awaited. */
export class TestLink {
  readonly link: Link;
  readonly seen: string[] = [];
  #wake = () => {};

  constructor(
    options: Partial<LinkOptions> & { url: string; privateKey: KeyObject; kioskId?: string },
  ) {
    const { privateKey, kioskId = 'gate-1', ...rest } = options;
    this.link = new Link({
      identity: { kioskId, sign: (message) => sign(null, message, privateKey) },
      software: 'test',
      clock: systemClock,
      random: () => 0.02,
      status: () => ({ state: 'inService', peripherals: {} }),
      ...rest,
    });
  }

  start(events: Partial<LinkEvents> = {}): this {
    this.link.start({
      ...events,
      up: (boot) => {
        events.up?.(boot);
        this.#note('up');
      },
      down: (reason) => this.#note(`down ${reason}`),
    });
    return this;
  }

  /** Resolves with the first report that begins with this, past or future, and removes it. */
  async next(report: string): Promise<string> {
    for (;;) {
      const at = this.seen.findIndex((one) => one.startsWith(report));
      if (at !== -1) {
        return this.seen.splice(0, at + 1).at(-1) ?? '';
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #note(report: string): void {
    this.seen.push(report);
    this.#wake();
  }
}

/** Registers a kiosk with this key. */
export function admit(server: LinkServer, publicKey: string, id = 'gate-1', site = 'museum'): void {
  server.kiosks.set(id, { id, publicKey, gate: 'Varco 1', site, policy: 'any' });
}
