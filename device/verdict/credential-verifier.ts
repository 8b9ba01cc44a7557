import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { CodeCheck, Reading, Symbology } from '../../hardware/ports.ts';
import { fromCard } from '../../shared/codice-fiscale/tessera-sanitaria.ts';
import {
  type Credential,
  type DecodedCredential,
  decodeCredential,
  type Verify,
} from '../../shared/credential/credential.ts';
import { SeenLiveCodes } from '../../shared/credential/live-code.ts';
import type { ServerClock } from '../time/server-clock.ts';
import type { LastBoot } from './last-boot.ts';

type Keys = Pick<LastBoot, 'hosts' | 'credentialKeys' | 'gate'>;

/** A credential that this gate takes, or why it does not. */
export type Admission =
  | { ok: true; credential: Credential }
  | {
      ok: false;
      problem: (DecodedCredential & { ok: false })['problem'] | 'liveRequired' | 'liveUsed';
    };

/**
 * Verifies credentials with the keys from the last boot; before it, none is trusted. There is one key
 * set: the offline list's signature is checked with the same.
 */
export class CredentialVerifier {
  readonly #serverClock: ServerClock;
  readonly #usedCodes = new SeenLiveCodes();
  #hosts: readonly string[] = [];
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #isLiveRequired = false;

  constructor(serverClock: ServerClock) {
    this.#serverClock = serverClock;
  }

  /** Takes the keys, the hosts and the policy's demand of live codes from a boot. */
  use({ hosts, credentialKeys, gate }: Keys): void {
    this.#hosts = hosts;
    this.#keys = new Map(
      credentialKeys.map(({ keyId, publicKey }) => [
        keyId,
        createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' }),
      ]),
    );
    this.#isLiveRequired = gate.liveCode === 'required';
  }

  /** Checks an Ed25519 signature (RFC 8032); `undefined` when no key has this id. */
  readonly verify: Verify = (keyId, message, signature) => {
    const key = this.#keys.get(keyId);
    return key ? verify(null, message, key, signature) : undefined;
  };

  /**
   * Checks a text by its signature or its check character, for the driver that read it: a text that
   * proves itself needs no second sighting. The result travels with the reading.
   */
  check(text: string, symbology: Symbology): CodeCheck {
    if (symbology === 'code39') {
      return { isProven: fromCard(text) !== undefined };
    }
    const credential = this.#decode(text);
    return { isProven: credential.ok, credential };
  }

  /** The credential of a reading, and whether this gate takes it: its policy may take live ones only. */
  admit({ text, check }: Pick<Reading, 'text' | 'check'>): Admission {
    const decoded = check?.credential ?? this.#decode(text);
    if (!decoded.ok) {
      return decoded;
    }
    const { credential } = decoded;
    if (!credential.live && this.#isLiveRequired) {
      return { ok: false, problem: 'liveRequired' };
    }
    return credential.live && this.#usedCodes.has(credential)
      ? { ok: false, problem: 'liveUsed' }
      : { ok: true, credential };
  }

  /** A session has begun with this credential: a live one begins no other. */
  markUsed(credential: Credential): void {
    if (credential.live) {
      this.#usedCodes.add(credential, this.#nowSeconds());
    }
  }

  #decode(text: string): DecodedCredential {
    const now = this.#nowSeconds();
    return decodeCredential(text, { hosts: this.#hosts, verify: this.verify, now });
  }

  #nowSeconds(): number {
    return Math.floor(this.#serverClock.now() / 1000);
  }
}
