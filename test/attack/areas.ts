/**
 * The attack tests by area: files of this folder, and those tests of the other folders that attack. A file
 * that attacks and is not here is not counted; one that is here and did not run fails the run.
 */
export const areas: Readonly<Record<string, readonly string[]>> = {
  guessing: [
    'test/unit/server/guessing/guess-limits.test.ts',
    'test/unit/server/guessing/counted-windows.test.ts',
    'test/integration/server/first-level.test.ts',
    'test/integration/server/guessing.contract.test.ts',
    'test/integration/server/contact-guesses.test.ts',
  ],
  roles: [
    'test/unit/server/fleet/access/permissions.test.ts',
    'test/integration/server/fleet/api.test.ts',
    'test/integration/server/web/fleet/dashboard.test.ts',
    'test/integration/server/access/route-matrix.test.ts',
    'test/integration/server/access/rooms-ask.test.ts',
    'test/integration/server/access/refusals.test.ts',
    'test/integration/server/login/account-rights.contract.test.ts',
    'test/unit/house/permissions.test.ts',
  ],
  link: [
    'test/integration/server/link-attacks.test.ts',
    'test/integration/server/link-tls.test.ts',
    'test/integration/server/link-unread.test.ts',
    'test/unit/shared/protocol/peer.test.ts',
    'test/integration/server/hostile-kiosk.test.ts',
  ],
  lists: [
    'test/integration/offline/gate.test.ts',
    'test/integration/offline/stolen-facts.contract.test.ts',
    'test/unit/shared/offline-list/offline-list.test.ts',
    'test/unit/device/list/list-store.test.ts',
  ],
  web: [
    'test/integration/server/web/portal/portal.test.ts',
    'test/integration/server/web/reading/reading.test.ts',
    'test/integration/server/web/pages.test.ts',
    'test/integration/server/web/malformed.test.ts',
    'test/integration/hardware/display/page.test.ts',
  ],
  logins: [
    'test/integration/server/login/logins.contract.test.ts',
    'test/integration/server/login/oidc.test.ts',
    'test/integration/server/login/sessions.test.ts',
    'test/integration/server/login/card.test.ts',
    'test/unit/server/login/password.test.ts',
    'test/unit/server/login/hash-queue.test.ts',
    'test/integration/server/login/confirmation.test.ts',
  ],
  floods: [
    'test/unit/server/guessing/enrolment-guesses.test.ts',
    'test/unit/server/proxies.test.ts',
    'test/integration/server/set-aside.test.ts',
  ],
  files: ['test/integration/scripts/private-files.test.ts'],
  supplies: ['test/unit/house/supply-chain.test.ts', 'test/unit/house/dangerous-calls.test.ts'],
  timing: [
    'test/attack/timing/sqlite.test.ts',
    'test/attack/timing/postgres.test.ts',
    'test/attack/timing/statistic.test.ts',
    'test/unit/server/guessing/even-answers.test.ts',
  ],
  growth: [
    'test/integration/server/refused-attempts.contract.test.ts',
    'test/integration/server/login/login-log.test.ts',
  ],
  photos: ['test/integration/credential/photo.test.ts'],
  parsers: [
    'test/attack/parsers/text.test.ts',
    'test/attack/parsers/wire.test.ts',
    'test/attack/parsers/files.test.ts',
    'test/attack/parsers/pictures.test.ts',
  ],
};

/** Whether only `npm run test:attack` runs it. */
export const ofAttack = (file: string): boolean => file.startsWith('test/attack/');
