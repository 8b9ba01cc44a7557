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
import { gateRecords } from './0064-gate-records.ts';
import { auditRows } from './0065-audit-rows.ts';
import { auditSegments } from './0066-audit-segments.ts';
import { versionTable } from './0067-version-table.ts';
import { watchedGuesses } from './0068-watched-guesses.ts';
import { ownFileConfig } from './0072-own-file-config.ts';
import { recoveryCodes } from './0073-recovery-codes.ts';
import { sessionConfirmed } from './0074-session-confirmed.ts';
import { refusedFacts } from './0076-refused-facts.ts';
import { setAside } from './0077-set-aside.ts';
import { dueDays } from './0079-due-days.ts';
import { policyReleases } from './0084-policy-releases.ts';

/** One step forward. There is none back: to go back, restore a backup. */
export type Migration = (db: Kysely<unknown>, engine: Engine) => Promise<void>;

/**
 * Every migration under the name by which a database records it, run in the order of the names.
 * A released migration never changes, nor does its name.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': firstRelease,
  '0002-offline-lists': offlineLists,
  '0003-registry': registryUpkeep,
  '0004-login': login,
  '0005-fleet': fleetTables,
  '0006-notify': notifyOutbox,
  '0007-portal': portal,
  '0061-cards': cards,
  '0062-guesses': guessesByEnd,
  '0063-audit-subjects': auditSubjects,
  '0064-gate-records': gateRecords,
  '0065-audit-rows': auditRows,
  '0066-audit-segments': auditSegments,
  '0067-version-table': versionTable,
  '0068-watched-guesses': watchedGuesses,
  '0072-own-file-config': ownFileConfig,
  '0073-recovery-codes': recoveryCodes,
  '0074-session-confirmed': sessionConfirmed,
  '0076-refused-facts': refusedFacts,
  '0077-set-aside': setAside,
  '0079-due-days': dueDays,
  '0084-policy-releases': policyReleases,
};
