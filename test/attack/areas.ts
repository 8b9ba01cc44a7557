/**
 * The attack tests by area: files of this folder, and those tests of the other folders that attack. A file
 * that attacks and is not here is not counted; a file that is here and does not exist fails the run.
 */
export const areas: Readonly<Record<string, readonly string[]>> = {
  guessing: [
    'test/unit/server/guessing/guess-limits.test.ts',
    'test/integration/server/first-level.test.ts',
  ],
  roles: [
    'test/unit/server/fleet/access/permissions.test.ts',
    'test/integration/server/fleet/api.test.ts',
    'test/integration/server/web/fleet/dashboard.test.ts',
  ],
  link: [
    'test/integration/server/link-attacks.test.ts',
    'test/integration/server/link-tls.test.ts',
    'test/integration/server/link-unread.test.ts',
    'test/unit/shared/protocol/peer.test.ts',
  ],
  lists: [
    'test/integration/offline/gate.test.ts',
    'test/unit/shared/offline-list/offline-list.test.ts',
    'test/unit/device/list/list-store.test.ts',
  ],
  web: [
    'test/integration/server/web/portal/portal.test.ts',
    'test/integration/server/web/reading/reading.test.ts',
    'test/integration/server/web/pages.test.ts',
    'test/integration/hardware/display/page.test.ts',
  ],
  logins: [
    'test/integration/server/login/logins.contract.test.ts',
    'test/integration/server/login/oidc.test.ts',
    'test/integration/server/login/sessions.test.ts',
    'test/integration/server/login/card.test.ts',
    'test/unit/server/login/password.test.ts',
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
