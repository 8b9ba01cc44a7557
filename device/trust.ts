import type { Symbology } from '../hardware/ports.ts';
import type { Clock } from '../shared/clock.ts';
import { fromCard } from '../shared/codice-fiscale/card.ts';
import {
  type DecodedCredential,
  decodeCredential,
  type Verify,
} from '../shared/credential/credential.ts';
import { credentialVerifier } from './credential-keys.ts';
import type { KeptBoot } from './offline/kept-boot.ts';

/** Whose codes this gate reads, as the server said; before the first boot nobody's. */
export class Trust {
  readonly #clock: Clock;
  #hosts: readonly string[] = [];
  #verify: Verify = () => undefined;
  #gate = { name: '', policy: '' };
  #skewMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param skewMs this machine's clock less the server's; `undefined` for a boot of an earlier run. */
  believe({ hosts, credentialKeys, gate }: KeptBoot, skewMs: number | undefined): void {
    this.#hosts = hosts;
    this.#verify = credentialVerifier(credentialKeys);
    this.#gate = gate;
    this.#skewMs = skewMs;
  }

  get gate(): { name: string; policy: string } {
    return this.#gate;
  }

  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  decode(text: string): DecodedCredential {
    const now = Math.floor(this.#clock.now() / 1000);
    return decodeCredential(text, { hosts: this.#hosts, verify: this.#verify, now });
  }

  /**
   * Whether a text proves itself, by its signature or its check character: then one decoder's word is
   * enough, and nobody holds the code up longer than needed.
   */
  proves(text: string, symbology: Symbology): boolean {
    return symbology === 'code39' ? fromCard(text) !== undefined : this.decode(text).ok;
  }
}
