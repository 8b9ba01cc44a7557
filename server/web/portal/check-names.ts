import type { Language } from '../../../shared/language.ts';
import type { Check } from '../../audit/citizen-checks.ts';
import type { Store } from '../../store/store.ts';
import { purposeNames } from '../../verification/purposes.ts';
import { deskWords } from '../operator/desk-words.ts';
import type { PortalWords } from './words/words.ts';

/** A check with the names that a person knows its place and its question by. */
export interface ShownCheck extends Check {
  place: string;
  question: string;
}

/** Names the places and questions of checks, reading the names of gates and sites together. */
export async function nameChecks(
  deps: { store: Store; titleOf: (policy: string, at: number) => string | undefined },
  checks: readonly Check[],
  said: { words: PortalWords; language: Language },
): Promise<ShownCheck[]> {
  const gates = await gatesOf(deps.store, checks);
  const sites = await sitesOf(deps.store, checks);
  const siteOf = (id: string) => sites.get(id) ?? id;
  return checks.map((check) => ({
    ...check,
    place: placeOf(said.words, check, { gates, siteOf }),
    question: questionOf(said, check, deps.titleOf),
  }));
}

/** The names of the gates and sites where kiosks that asked stand. */
async function gatesOf(
  store: Store,
  checks: readonly Check[],
): Promise<Map<string, { gate: string; site: string }>> {
  const kiosks = checks.flatMap(({ asker }) => /^kiosk:(.+)$/.exec(asker)?.[1] ?? []);
  if (kiosks.length === 0) {
    return new Map();
  }
  const rows = await store.db
    .selectFrom('kiosk as k')
    .innerJoin('gate as g', 'g.id', 'k.gate')
    .innerJoin('site as s', 's.id', 'g.site')
    .select(['k.id', 'g.title as gate', 's.title as site'])
    .where('k.id', 'in', [...new Set(kiosks)])
    .execute();
  return new Map(rows.map(({ id, gate, site }) => [`kiosk:${id}`, { gate, site }]));
}

async function sitesOf(store: Store, checks: readonly Check[]): Promise<Map<string, string>> {
  if (checks.length === 0) {
    return new Map();
  }
  const ids = [...new Set(checks.map(({ site }) => site))];
  const rows = await store.db
    .selectFrom('site')
    .select(['id', 'title'])
    .where('id', 'in', ids)
    .execute();
  return new Map(rows.map(({ id, title }) => [id, title]));
}

function placeOf(
  { checks: { places } }: PortalWords,
  { asker, site }: Check,
  names: {
    gates: ReadonlyMap<string, { gate: string; site: string }>;
    siteOf: (id: string) => string;
  },
): string {
  if (asker.startsWith('kiosk:')) {
    const known = names.gates.get(asker);
    const gate = known?.gate ?? asker.slice('kiosk:'.length);
    return places.kiosk(gate, known?.site ?? names.siteOf(site));
  }
  if (asker.startsWith('operator:')) {
    return places.operator(names.siteOf(site));
  }
  return asker.startsWith('reader:') ? places.reader : places.other;
}

function questionOf(
  { words, language }: { words: PortalWords; language: Language },
  { kind, policy, at }: Check,
  titleOf: (policy: string, at: number) => string | undefined,
): string {
  const { questions } = words.checks;
  // Of the second level, the policy is the purpose that the operator gave.
  const known = purposeNames.find((name) => name === policy);
  const purpose = known === undefined ? policy : deskWords[language].purposes[known];
  switch (kind) {
    case 'firstLevel':
      return questions.firstLevel;
    case 'secondLevel':
      return `${questions.secondLevel} (${purpose})`;
    case 'secondLevel.codeSent':
      return `${questions.codeSent} (${purpose})`;
    case 'secondLevel.mailed':
      return `${questions.mailed} (${purpose})`;
    case 'verification':
      return titleOf(policy, at) ?? policy;
  }
}
