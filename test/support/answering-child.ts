/**
 * A server on a SQLite file in a process of its own, to be killed by a test. It verifies without pause, and
 * sends its parent every answer that was given.
 *
 * Arguments: the path of the database, the content of the keyring file, the people as JSON.
 */
import { randomUUID } from 'node:crypto';
import { cyclic } from '../../scripts/sample/cyclic.ts';
import { DEMO_POLICY } from '../../scripts/sample/demo-people.ts';
import { requestKey } from '../../server/audit/request-key.ts';
import { Keyring, keyringSchema } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import { startApp } from './server-app.ts';

/** A request and its answer. */
export interface Acknowledged {
  requestId: string;
  credentialId: string;
  codiceFiscale: string;
  answer: string;
}

const AT_ONCE = 50;
const [path = '', keyringText = '', peopleText = ''] = process.argv.slice(2);
const store = await openStore(`sqlite:${path}`);
const keyring = new Keyring(keyringSchema.parse(JSON.parse(keyringText)));
const app = await startApp(store, { keyring });
const people: Pick<Acknowledged, 'credentialId' | 'codiceFiscale'>[] = JSON.parse(peopleText);

async function askForever(first: number): Promise<never> {
  for (let index = first; ; index += 1) {
    const { credentialId, codiceFiscale } = cyclic(people, index);
    const requestId = randomUUID();
    const answer = await app.verification.verify({
      asker: { id: `kiosk:gate-${index % AT_ONCE}`, site: 'torino' },
      requestId,
      credentialId,
      codiceFiscale,
      policy: DEMO_POLICY,
    });
    const acknowledged: Acknowledged = {
      requestId: requestKey(`kiosk:gate-${index % AT_ONCE}`, requestId),
      credentialId,
      codiceFiscale,
      answer: JSON.stringify(answer),
    };
    process.send?.(acknowledged);
  }
}

process.on('disconnect', () => process.exit(1));
await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => askForever(first)));
