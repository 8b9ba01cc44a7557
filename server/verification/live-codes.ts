import { LIVE_SECONDS } from '../../shared/credential/live-code.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type BulkInsert, lookupOf, RunAgain, type Store, type Tx } from '../store/store.ts';
import type { LiveCause, Recognition } from './recognition.ts';

/**
 * Longest time between the issue of a live code and the request about it: the kiosk checked its age when
 * it was shown, and then the person types a codice fiscale.
 */
const SESSION_MAX_MS = 900_000;

/** The part of a request that concerns live codes. */
interface ShownCode {
  credentialId: string;
  /** Unix seconds; absent for a code that is not a live code. */
  liveIssuedAt?: number | undefined;
  policy: Pick<Policy, 'liveCode'>;
}

const used = lookupOf('live_use', ['mac'], 'mac', { keyType: 'text' });
const insertUses: BulkInsert = {
  table: 'live_use',
  columns: { mac: 'text', at: 'bigint' },
  tail: 'on conflict (mac) do nothing',
};

/**
 * The live codes of one batch, and which of them were used before: each is good for a single request,
 * whatever the gate. Stored as keyed hashes, for minutes. A batch without live codes costs nothing.
 */
export class LiveCodes {
  readonly #keyring: Keyring;
  readonly #used: Set<string>;
  readonly #fresh = new Map<string, number>();

  private constructor(keyring: Keyring, before: Set<string>) {
    this.#keyring = keyring;
    this.#used = before;
  }

  static async read(
    store: Store,
    tx: Tx,
    keyring: Keyring,
    shown: readonly ShownCode[],
  ): Promise<LiveCodes> {
    const live = shown.filter(({ liveIssuedAt }) => liveIssuedAt !== undefined);
    if (live.length === 0) {
      return new LiveCodes(keyring, new Set());
    }
    const macs = live.map((one) => macOf(keyring, one));
    const rows = await store.lookup(tx, used, macs);
    return new LiveCodes(keyring, new Set(rows.map(({ mac }) => mac)));
  }

  /** Those with a live code that is current and was not used before. */
  currentOf<Shown extends ShownCode>(shown: readonly Shown[], now: number): ReadonlySet<Shown> {
    const current = new Set<Shown>();
    for (const one of shown) {
      if (one.liveIssuedAt !== undefined && this.#causeOf(one, now) === undefined) {
        current.add(one);
      }
    }
    return current;
  }

  /** The recognition as it is, or with the problem of the live code as its cause. */
  check(recognition: Recognition, shown: ShownCode, now: number): Recognition {
    if (recognition.cause !== 'recognised') {
      return recognition;
    }
    const cause = this.#causeOf(shown, now);
    if (cause) {
      return { ...recognition, cause };
    }
    if (shown.liveIssuedAt !== undefined) {
      const mac = macOf(this.#keyring, shown);
      this.#used.add(mac);
      this.#fresh.set(mac, now);
    }
    return recognition;
  }

  /** @throws RunAgain when another node used one of these codes at the same moment. */
  async write(store: Store, tx: Tx): Promise<void> {
    if (this.#fresh.size === 0) {
      return;
    }
    const written = await store.insertMany(tx, insertUses, [...this.#fresh]);
    if (written < this.#fresh.size) {
      throw new RunAgain();
    }
  }

  /** Deletes the records of codes that are too old to be accepted again. */
  static async purgeExpired(store: Store, now: number): Promise<void> {
    await store.db
      .deleteFrom('live_use')
      .where('at', '<', now - SESSION_MAX_MS - LIVE_SECONDS * 1000)
      .execute();
  }

  #causeOf(shown: ShownCode, now: number): LiveCause | undefined {
    const { liveIssuedAt } = shown;
    if (liveIssuedAt === undefined) {
      return shown.policy.liveCode === 'required' ? 'liveMissing' : undefined;
    }
    const ageMs = now - liveIssuedAt * 1000;
    if (ageMs > SESSION_MAX_MS || ageMs < -LIVE_SECONDS * 1000) {
      return 'liveStale';
    }
    return this.#used.has(macOf(this.#keyring, shown)) ? 'liveUsed' : undefined;
  }
}

function macOf(keyring: Keyring, { credentialId, liveIssuedAt }: ShownCode): string {
  return keyring.oneTimeCodeMac('live', credentialId, String(liveIssuedAt));
}
