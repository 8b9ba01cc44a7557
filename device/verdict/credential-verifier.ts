import type { Symbology } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import { fromCard } from '../../shared/codice-fiscale/tessera-sanitaria.ts';
import {
  type Credential,
  type DecodedCredential,
  decodeCredential,
  type Verify,
} from '../../shared/credential/credential.ts';
import { SeenLiveCodes } from '../../shared/credential/live-code.ts';
import { ServerClock } from '../time/server-clock.ts';
import type { LastBoot } from './last-boot.ts';
import { credentialVerifier } from './signing-keys.ts';

/** Whose codes this gate reads, as the server said; before the first boot nobody's. */
export class CredentialVerifier {
  readonly #time: ServerClock;
  #keptAt = 0;
  #hosts: readonly string[] = [];
  #verify: Verify = () => undefined;
  #gate: LastBoot['gate'] = { name: '', policy: '' };
  readonly #seen = new SeenLiveCodes();
  #begun: { requestId: string; issuedAt: number } | undefined;
  #skewMs: number | undefined;

  constructor(clock: Clock) {
    this.#time = new ServerClock(clock);
  }

  /** @param skewMs this machine's clock less the server's; `undefined` for a boot of an earlier run. */
  believe(boot: LastBoot, skewMs: number | undefined): void {
    const { hosts, credentialKeys, gate, serverTime } = boot;
    this.#keptAt = serverTime;
    if (skewMs !== undefined) {
      this.#time.hear(serverTime);
    }
    this.#hosts = hosts;
    this.#verify = credentialVerifier(credentialKeys);
    this.#gate = gate;
    this.#skewMs = skewMs;
  }

  get gate(): LastBoot['gate'] {
    return this.#gate;
  }

  get skewMs(): number | undefined {
    return this.#skewMs;
  }

  decode(text: string): DecodedCredential {
    return decodeCredential(text, { hosts: this.#hosts, verify: this.#verify, now: this.#now() });
  }

  /** The same, and whether this gate takes such a code: where its policy says so, live ones alone. */
  admit(text: string): DecodedCredential | { ok: false; problem: 'liveRequired' | 'liveUsed' } {
    const decoded = this.decode(text);
    if (!decoded.ok) {
      return decoded;
    }
    if (!decoded.credential.live) {
      const isEnough = this.#gate.liveCode !== 'required';
      return isEnough ? decoded : { ok: false, problem: 'liveRequired' };
    }
    return this.#seen.has(decoded.credential) ? { ok: false, problem: 'liveUsed' } : decoded;
  }

  /** A session has begun with this code: a live one begins no other. */
  begin(requestId: string, credential: Credential): void {
    this.#begun = undefined;
    if (credential.live) {
      this.#seen.add(credential, this.#now());
      this.#begun = { requestId, issuedAt: credential.issuedAt };
    }
  }

  /** When the session's live code was made, in Unix seconds; undefined for one that is not live. */
  liveIssuedAt(requestId: string): number | undefined {
    return this.#begun?.requestId === requestId ? this.#begun.issuedAt : undefined;
  }

  /**
   * Unix seconds by the server's clock, as far as it is known. A clock of this machine that was never set,
   * or jumps by years, says nothing; and it can't be earlier than what the server said last.
   */
  #now(): number {
    return Math.floor(Math.max(this.#time.now(), this.#keptAt) / 1000);
  }

  /**
   * Whether a text proves itself, by its signature or its check character: then one decoder's word is
   * enough, and nobody holds the code up longer than needed.
   */
  proves(text: string, symbology: Symbology): boolean {
    return symbology === 'code39' ? fromCard(text) !== undefined : this.decode(text).ok;
  }
}
