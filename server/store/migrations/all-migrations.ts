import type { Kysely } from 'kysely';
import type { Engine } from '../store.ts';
import { firstRelease } from './0001-first.ts';
import { offlineLists } from './0002-offline-lists.ts';
import { registryUpkeep } from './0003-registry.ts';
import { login } from './0004-login.ts';
import { fleetTables } from './0005-fleet.ts';
import { notifyOutbox } from './0006-notify.ts';
import { portal } from './0007-portal.ts';
import { cards } from './0061-cards.ts';
import { guessesByEnd } from './0062-guesses.ts';
import { auditSubjects } from './0063-audit-subjects.ts';
import { gateLookup } from './0064-gate-records.ts';
import { auditRows } from './0065-audit-rows.ts';
import { auditSegments } from './0066-audit-segments.ts';

/** A step forward; there is none back: a backup is the way back. */
export interface Migration {
  version: number;
  name: string;
  up(db: Kysely<unknown>, engine: Engine): Promise<void>;
}

/** Every migration in order; a released one is never edited. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'first release', up: firstRelease },
  { version: 2, name: 'offline lists', up: offlineLists },
  { version: 3, name: 'registry upkeep', up: registryUpkeep },
  { version: 4, name: 'logins', up: login },
  { version: 5, name: 'fleet', up: fleetTables },
  { version: 6, name: 'outbox of messages', up: notifyOutbox },
  { version: 7, name: 'citizen portal', up: portal },
  { version: 61, name: 'disability cards', up: cards },
  { version: 62, name: 'guesses by their end', up: guessesByEnd },
  { version: 63, name: 'subjects of the audit', up: auditSubjects },
  { version: 64, name: 'what gates read', up: gateLookup },
  { version: 65, name: 'rows of the audit', up: auditRows },
  { version: 66, name: 'segments of the audit', up: auditSegments },
];
