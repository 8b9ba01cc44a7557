import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  scryptSync,
  sign,
  verify,
} from 'node:crypto';
import { decideOffline } from '../../../device/list/list-decision.ts';
import { hmacSha256, nodeScrypt } from '../../../device/list/node-crypto.ts';
import { shippedPolicies } from '../../../server/policies/policies.ts';
import type { AreaStatus, Status } from '../../../server/registry/person-status.ts';
import {
  type Area,
  giudizi,
  giudizioNames,
  negativeGiudizi,
} from '../../../server/registry/verbale.ts';
import { decide } from '../../../server/verification/decide.ts';
import { buildFullList } from '../../../shared/offline-list/build-list.ts';
import {
  entryKey,
  fullCost,
  type KdfCost,
  type Scrypt,
} from '../../../shared/offline-list/entry-key.ts';
import {
  type EntryState,
  packEntry,
  sortEntries,
} from '../../../shared/offline-list/entry-table.ts';
import { openList } from '../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../shared/offline-list/offline-list.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import { cyclic } from '../../sample/cyclic.ts';
import { pickOne, seededRandom } from '../../sample/seeded-random.ts';
import type { BenchContext } from '../harness/bench-context.ts';

/** Scrypt's lowest cost, for a million people; a sample is checked at the real cost. */
const testCost: KdfCost = { cost: 2, blockSize: 1, parallelism: 1 };
const FULL_COST_SAMPLE = 200;
const POLICY = 'trasporto-piemonte';

const keyPair = generateKeyPairSync('ed25519');
const tools = {
  sha256: (message: Uint8Array) => createHash('sha256').update(message).digest(),
  sign: (message: Uint8Array) => sign(null, message, keyPair.privateKey),
  verify: (_id: string, message: Uint8Array, signature: Uint8Array) =>
    verify(null, message, keyPair.publicKey, signature),
  seed: 7,
};
/** Scrypt in this thread: at the lowest cost, a thread pool would take most of the time. */
const scryptHere: Scrypt = async (password, salt, { cost, blockSize, parallelism }, length) =>
  scryptSync(password, salt, length, { N: cost, r: blockSize, p: parallelism });

interface Person {
  codiceFiscale: string;
  credentialId: string;
  /** The server's verdict. */
  truth: Verdict;
}

/**
 * Compares a list with the server's own decisions, for this many people and for as many pairs of a code
 * and a codice fiscale that do not belong together.
 */
export async function reportEquality(context: BenchContext, count: number): Promise<void> {
  const many = people(count);
  const { different, falsePositives, strangers } = await compare(many, testCost, scryptHere);
  context.report({
    metric: `answers other than the server's, of ${count} people`,
    value: different,
    unit: '1',
    goal: '0',
    met: different === 0,
  });
  const rate = falsePositives / strangers;
  context.report({
    metric: `false positives among ${strangers} pairs that the list does not know`,
    value: rate * 1e6,
    unit: 'per million',
    goal: '≤ 15.26 (1 in 65,536)',
    met: rate <= 1 / 65_536,
  });
  const sample = await compare(people(FULL_COST_SAMPLE), fullCost, nodeScrypt);
  context.report({
    metric: `answers other than the server's, of ${FULL_COST_SAMPLE} people at full cost`,
    value: sample.different,
    unit: '1',
    goal: '0',
    met: sample.different === 0,
  });
}

async function compare(all: readonly Person[], kdf: KdfCost, scrypt: Scrypt) {
  const epochKey = new Uint8Array(randomBytes(32));
  const words = new BigUint64Array(all.length);
  let length = 0;
  for (const { codiceFiscale, credentialId, truth } of all) {
    const state = stateOf(truth);
    if (state !== 'absent') {
      const salt = Buffer.from(credentialId, 'hex');
      const derived = await scrypt(Buffer.from(codiceFiscale), salt, kdf, 32);
      words[length++] = packEntry(entryKey(derived, POLICY, epochKey, hmacSha256), state);
    }
  }
  const now = Date.now();
  const terms = { keyId: '00000000', policy: POLICY, epoch: 1, version: 1, issuedAt: now };
  const file = buildFullList(
    sortEntries(words.slice(0, length)),
    { ...terms, maxAgeMs: 86_400_000, kdf, epochKey },
    tools,
  );
  const list = OfflineList.fromFull(openList(file, tools));
  const at = { now, clockTrust: 'synced' as const };
  const ask = async (codiceFiscale: string, credentialId: string) => {
    const deps = { scrypt, hmac: hmacSha256 };
    return (await decideOffline(list, { codiceFiscale, credentialId }, at, deps)).verdict;
  };
  let different = 0;
  let falsePositives = 0;
  let strangers = 0;
  for (const [index, { codiceFiscale, credentialId, truth }] of all.entries()) {
    const verdict = await ask(codiceFiscale, credentialId);
    if (stateOf(truth) === 'absent') {
      strangers += 1;
      falsePositives += verdict.outcome === 'unconfirmed' ? 0 : 1;
    } else {
      different += isSame(verdict, truth) ? 0 : 1;
    }
    // Somebody else's code with this codice fiscale.
    const other = cyclic(all, index + 1);
    strangers += 1;
    falsePositives +=
      (await ask(codiceFiscale, other.credentialId)).outcome === 'unconfirmed' ? 0 : 1;
  }
  return { different, falsePositives, strangers };
}

/** Whether the verdicts agree; a list does not distinguish reasons. */
function isSame(verdict: Verdict, truth: Verdict): boolean {
  const companionOf = (one: Verdict) => one.outcome === 'granted' && one.companion;
  return verdict.outcome === truth.outcome && companionOf(verdict) === companionOf(truth);
}

function stateOf(truth: Verdict): EntryState {
  if (truth.outcome === 'granted') {
    return truth.companion ? 'allowedWithCompanion' : 'allowed';
  }
  return truth.outcome === 'denied' ? 'denied' : 'absent';
}

/** Synthetic people with every giudizio; of one in eight the archive knows nothing. */
function people(count: number): Person[] {
  const random = seededRandom(count);
  const policy = shippedPolicies().find(({ id }) => id === POLICY);
  if (!policy) {
    throw new RangeError(`No policy ${POLICY}`);
  }
  const now = new Date();
  return Array.from({ length: count }, (_, index) => {
    const status = random() < 0.125 ? {} : randomStatus(random);
    return {
      // Any sixteen characters will do: here a codice fiscale is only input to a key.
      codiceFiscale: `VARCO${index.toString(36).toUpperCase().padStart(11, '0')}`,
      credentialId: randomBytes(16).toString('hex'),
      truth: decide({ kind: 'known', status, cardValid: false }, policy, now),
    };
  });
}

function randomStatus(random: () => number): Status {
  const giudizio = pickOne(giudizioNames, random);
  const { area, range }: { area: Area; range?: readonly number[] | undefined } = giudizi[giudizio];
  const [least, most] = range ?? [];
  const percentage =
    least === undefined || most === undefined
      ? {}
      : { percentage: least + Math.floor(random() * (most - least + 1)) };
  const judged: AreaStatus = {
    protocol: 'BENCH',
    giudizio,
    recognised: !negativeGiudizi.has(giudizio),
    ...percentage,
    accompagnamento: random() < 0.2,
    fiscalBenefits: [],
    definitiveOn: '2020-01-01',
  };
  return { [area]: judged };
}
