import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideOffline } from '../../../../device/list/list-decision.ts';
import { hmacSha256, nodeScrypt } from '../../../../device/list/node-crypto.ts';
import type { App } from '../../../../server/app.ts';
import { sha256 } from '../../../../server/offline-list/crypto.ts';
import { entails } from '../../../../server/registry/entails.ts';
import { SqliteStore } from '../../../../server/store/sqlite.ts';
import { compose } from '../../../../shared/codice-fiscale/compose.ts';
import { openList } from '../../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../../shared/offline-list/offline-list.ts';
import type { RequestOf } from '../../../../shared/protocol/actions.ts';
import { romeMidnight } from '../../../../shared/rome-day.ts';
import { newKioskKey } from '../../../support/kiosk-client.ts';
import {
  demanded,
  given,
  type PolicyRow,
  policyRows,
  wordsOf,
} from '../../../support/policies/policy-rows.ts';
import { startApp, testKeyring } from '../../../support/server-app.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const [first] = policyRows;
const clock = new VirtualClock(romeMidnight(first?.on ?? '') + 12 * 3_600_000);
const CONSONANTS = 'BCDFGHLMNPQRSTVZ';
const policyIds = [...new Set(policyRows.map(({ policy }) => policy))];

interface Shown {
  credentialId: string;
  codiceFiscale: string;
}

let store: SqliteStore;
let app: App;
/** By what the archive holds of them. */
const people = new Map<string, Shown>();
const lists = new Map<string, OfflineList>();

const keyOf = ({ birthDate, verbali }: PolicyRow) => JSON.stringify([birthDate, verbali]);

beforeAll(async () => {
  store = await SqliteStore.open(':memory:');
  app = await startApp(store, {
    clock,
    offlineLists: { cost: 2, publish: true, refreshMs: 86_400_000 },
  });
  for (const row of policyRows) {
    if (!people.has(keyOf(row))) {
      people.set(keyOf(row), await importPerson(row, people.size));
    }
  }
  for (const [index, policy] of policyIds.entries()) {
    await app.fleet.registerKiosk({
      id: `gate-${index}`,
      publicKey: newKioskKey().publicKey,
      gate: `Varco ${index}`,
      site: 'torino',
      policy,
    });
  }
  await app.offlineLists?.start(() => {});
  await app.offlineLists?.publisher.flush();
  for (const policy of policyIds) {
    lists.set(policy, await fetchList(policy));
  }
});

afterAll(async () => {
  await app.stop();
  await store.close();
});

/** Somebody with these verbali, definitive since long before, and a code. */
async function importPerson(row: PolicyRow, index: number): Promise<Shown> {
  const surname = `${CONSONANTS[index % 16]}${CONSONANTS[Math.floor(index / 16)]}s`;
  const birthDate = row.birthDate ?? '';
  const person = { surname, name: 'Maria', birthDate, sex: 'female', place: 'H501' } as const;
  const codiceFiscale = compose(person) ?? '';
  const about = {
    codiceFiscale,
    name: `Maria ${surname}`,
    birthDate,
    mobile: `+3933300000${String(index).padStart(2, '0')}`,
    email: `p${index}@example.org`,
    privacyVersion: '2026-01',
  };
  const imported = await app.registry.importRows(
    row.verbali.map((verbale, number) => ({
      person: about,
      verbale: {
        ...verbale,
        protocol: `P-${index}-${number}`,
        kind: 'primaIstanza' as const,
        accompagnamento: entails(verbale).accompagnamento,
        state: 'definitive' as const,
        definitiveOn: '2018-01-01',
      },
    })),
  );
  expect(imported.rejected).toEqual([]);
  const { id } = await app.credentials.issue(codiceFiscale, { actor: 'test', unchecked: 'status' });
  return { credentialId: id, codiceFiscale };
}

/** As a kiosk fetches it: the full list, and then what has changed since. */
async function fetchList(policy: string): Promise<OfflineList> {
  const full = await fetchFile(policy, {});
  if (!full) {
    throw new Error(`There is no list of ${policy}`);
  }
  const list = OfflineList.fromFull(full);
  const { epoch, version } = list.header;
  const delta = await fetchFile(policy, { have: { epoch, version, base: version } });
  return delta ? list.withDelta(delta) : list;
}

async function fetchFile(policy: string, asked: RequestOf<'ListHead'>) {
  const { offlineLists } = app;
  const head = await offlineLists?.head(policy, asked);
  if (head?.status !== 'fetch') {
    return undefined;
  }
  const { kind, version, bytes } = head;
  const parts: Buffer[] = [];
  for (let offset = 0; offset < bytes; offset += parts.at(-1)?.length ?? bytes) {
    const chunk = await offlineLists?.chunk(policy, { kind, version, offset });
    parts.push(Buffer.from(chunk?.data ?? '', 'base64url'));
  }
  return openList(Buffer.concat(parts), {
    verify: (keyId, message, signature) => testKeyring.verifyCredential(keyId, message, signature),
    sha256,
  });
}

describe.each(policyRows.map((row) => [wordsOf(row), row] as const))('%s', (_words, row) => {
  test('at a gate, and from its list without a link', async () => {
    const shown = people.get(keyOf(row));
    if (!shown) {
      throw new Error('nobody');
    }
    const { verdict } = await app.verification.verify({
      asker: { id: 'kiosk:1', site: 'torino' },
      requestId: randomUUID(),
      ...shown,
      policy: row.policy,
    });
    expect(given(verdict, row)).toEqual(demanded(row));
    // Without a link.
    const offline = await decideOffline(
      lists.get(row.policy),
      shown,
      { now: clock.now(), clockTrust: 'synced' },
      { scrypt: nodeScrypt, hmac: hmacSha256 },
    );
    // A list gives no reasons: it knows who passes, who does not, and of whom it cannot tell.
    expect({ ...given(offline.verdict, row), reason: undefined }).toEqual({
      ...demanded(row),
      reason: undefined,
    });
  });
});
