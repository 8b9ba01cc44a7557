import type { SourceFile } from './source-files.ts';

/**
 * Words of the house's first edition that nobody else would guess, and what the field says. In a name or a
 * comment each is a sign that the sentence around it wants another look.
 */
export const privateWords: readonly { word: string; say: string; namesOnly?: true }[] = [
  { word: 'told', say: 'reported, notified, lastReport' },
  { word: 'tells', say: 'reports, notifies, says' },
  { word: 'hears', say: 'receives, onMessage' },
  { word: 'heard', say: 'received, lastContact' },
  { word: 'whence', say: 'where from: clientInfo' },
  { word: 'placed', say: 'enrolled' },
  { word: 'anew', say: 'again; of a kiosk: reconnects' },
  { word: 'standin', say: 'timing decoy, simulated' },
  { word: 'steering', say: 'remote config' },
  { word: 'steered', say: 'remote' },
  { word: 'settlement', say: 'VerificationBatch' },
  { word: 'sightings', say: 'VelocityCheck' },
  { word: 'steward', say: 'LeaderJobs' },
  { word: 'given', say: 'input', namesOnly: true },
];

/** Names that a database, a kiosk's disk or a program already holds, and so stay: a file, and its word. */
const held: readonly (readonly [path: string, word: string])[] = [
  ['server/fleet/view/kiosk-rows.ts', 'told'],
  ['server/fleet/api/schemas/view-schemas.ts', 'told'],
  ['server/web/fleet/gate-routes.tsx', 'told'],
  ['device/remote/config/config-store.ts', 'steered'],
  ['server/login/oidc.ts', 'given'],
];

export interface PrivateWord {
  /** `server/app.ts:12` */
  where: string;
  word: string;
  say: string;
}

/**
 * Where private words stand: in comments and in the parts of names (`toldAt` has `told`), whatever their
 * case; a word that is good English in a sentence is looked for in names alone. What people read in their language is in the catalogues, and is left out.
 */
export function privateWordsIn(files: readonly SourceFile[]): PrivateWord[] {
  return files
    .filter(({ path }) => !/\/words\//.test(path) && !path.endsWith('house/plain-words.ts'))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => {
        const words = new Set(partsOf(line));
        const names = new Set(partsOf(codeOf(line)));
        return privateWords
          .filter(({ word, namesOnly }) => (namesOnly ? names : words).has(word))
          .filter(({ word }) => !held.some(([file, name]) => file === path && name === word))
          .map(({ word, say }) => ({ where: `${path}:${index + 1}`, word, say }));
      }),
    );
}

/** A line without its comment and without its texts. */
function codeOf(line: string): string {
  return /^\s*(\/?\*|\/\/)/.test(line)
    ? ''
    : line.replaceAll(/'[^']*'|`[^`]*`|\/\/.*|\/\*.*?\*\//g, ' ');
}

/** The words of a line in lower case, and those inside of `camelCase` names; hyphens join. */
function partsOf(line: string): string[] {
  return line
    .replaceAll(/([a-z])-(?=[a-z])/g, '$1')
    .split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/)
    .map((part) => part.toLowerCase());
}
