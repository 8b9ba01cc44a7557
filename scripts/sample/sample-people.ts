import { Readable } from 'node:stream';
import type { App } from '../../server/app.ts';
import { PRIVACY_VERSION } from '../../server/credential/eligibility.ts';
import { importFile } from '../../server/registry/import.ts';
import { samplePopulation } from '../../server/registry/sample.ts';

/** A person of the sample with their code. */
export interface PersonWithCode {
  credentialId: string;
  /** What the QR holds. */
  text: string;
  codiceFiscale: string;
}

/** Imports a sample and issues a code to everybody who may have one, about four in five. */
export async function issueToSample(
  app: App,
  options: { persons: number; seed: number },
): Promise<PersonWithCode[]> {
  const rows = [...samplePopulation({ ...options, privacyVersion: PRIVACY_VERSION })];
  const lines = Readable.from(rows.map((row) => `${JSON.stringify(row)}\n`));
  await importFile(app.registry, lines, { format: 'ndjson', threads: 0, onReject() {} });
  const codes = new Set(rows.map(({ codiceFiscale }) => String(codiceFiscale)));
  const people: PersonWithCode[] = [];
  for (const codiceFiscale of codes) {
    try {
      const { id, text } = await app.credentials.issue(codiceFiscale, { actor: 'demo' });
      people.push({ credentialId: id, text, codiceFiscale });
    } catch {
      // Nobody gets a code without a status, an address and an accepted privacy notice.
    }
  }
  return people;
}
