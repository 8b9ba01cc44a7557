import type { App } from '../../server/app.ts';
import { type DemoPerson, demoPeople } from './demo-people.ts';

/** A demonstration's person with the text of the QR code in hand. */
export interface SeededPerson extends DemoPerson {
  credentialId: string;
  /** What the QR holds. */
  text: string;
}

/** Puts the five people into the registry, gives each a code, and revokes the one that is to be. */
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
      ...(one.verbali.length === 0 ? { unchecked: 'status' as const } : {}),
    });
    if (one.revoked) {
      await app.credentials.revoke(id, { actor: 'demo', reason: 'demonstration' });
    }
    seeded.push({ ...one, credentialId: id, text });
  }
  return seeded;
}
