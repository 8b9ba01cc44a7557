/**
 * A server's rooms on a SQLite file in a process of their own, answering without pause; it tells its
 * parent of every answer after it left. Made to be killed.
 *
 * Arguments: the database's path, the keyring file's content, the people as JSON.
 */
import { randomUUID } from 'node:crypto';
import { DEMO_POLICY } from '../../scripts/sample/demo-people.ts';
import { requestKey } from '../../server/audit/request-key.ts';
import { Keyring, keyringSchema } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import { startApp } from './server-app.ts';

/** What was answered to which request. */
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
const people = JSON.parse(peopleText) as Pick<Acknowledged, 'credentialId' | 'codiceFiscale'>[];

async function askForever(first: number): Promise<never> {
  for (let index = first; ; index += 1) {
    const person = people[index % people.length] as (typeof people)[number];
    const { credentialId, codiceFiscale } = person;
    const requestId = randomUUID();
    const answer = await app.verification.verify({
      asker: { id: `kiosk:gate-${index % AT_ONCE}`, site: 'torino' },
      requestId,
      credentialId,
      codiceFiscale,
      policy: DEMO_POLICY,
    });
    const told: Acknowledged = {
      requestId: requestKey(`kiosk:gate-${index % AT_ONCE}`, requestId),
      credentialId,
      codiceFiscale,
      answer: JSON.stringify(answer),
    };
    process.send?.(told);
  }
}

process.on('disconnect', () => process.exit(1));
await Promise.all(Array.from({ length: AT_ONCE }, (_, first) => askForever(first)));
