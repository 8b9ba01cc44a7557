import type { App } from '../../server/app.ts';
import { type DemoPerson, demoPeople } from './demo-people.ts';

/** A person of the demo with the text of their QR code. */
export interface SeededPerson extends DemoPerson {
  credentialId: string;
  /** What the QR holds. */
  text: string;
}

/** Imports the demo's people, issues a code to each, and revokes those to be revoked. */
export async function seedPeople(app: App): Promise<SeededPerson[]> {
  await app.registry.importRows(
    demoPeople.flatMap(({ person, verbali }) => [
      { person },
      ...verbali.map((verbale) => ({ person, verbale })),
    ]),
  );
  const seeded: SeededPerson[] = [];
  for (const one of demoPeople) {
    const { id, text } = await app.credentials.issue(one.person.codiceFiscale, {
      actor: 'demo',
      unchecked: one.verbali.length === 0 ? 'status' : undefined,
    });
    if (one.revoked) {
      await app.credentials.revoke(id, { actor: 'demo', reason: 'demonstration' });
    }
    seeded.push({ ...one, credentialId: id, text });
  }
  return seeded;
}
