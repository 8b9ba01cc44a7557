import type { Mutant } from './mutant.ts';

const queueTests = ['test/unit/server/login/hash-queue.test.ts'];
const confirmationTests = ['test/integration/server/login/confirmation.test.ts'];
const contractTests = ['test/integration/server/login/logins.contract.test.ts'];

/** How staff get in, and what they must prove. */
export const loginMutants: readonly Mutant[] = [
  {
    what: 'a password may be one character shorter',
    file: 'server/login/password-rules.ts',
    find: '  if (length < PASSWORD_LENGTH.min) {',
    replace: '  if (length < PASSWORD_LENGTH.min - 1) {',
    tests: ['test/unit/server/login/password.test.ts'],
  },
  {
    what: 'a known password with something added is good',
    file: 'server/login/password-rules.ts',
    find: 'const REST_MIN = 6;',
    replace: 'const REST_MIN = 1;',
    tests: ['test/unit/server/login/password.test.ts'],
  },
  {
    what: 'a flood of PINs is served before staff',
    file: 'server/login/hash-queue.ts',
    find: '    this.#lanes = [...this.#lanes.filter((lane) => lane !== next), next];',
    replace: "    this.#lanes = [...this.#lanes].sort(([one]) => (one === 'pin' ? -1 : 1));",
    tests: queueTests,
  },
  {
    what: 'a network is served until it has nothing waiting',
    file: 'server/login/fair-queue.ts',
    find: '    moveToEnd(this.#networks, network, accounts, accounts.size);',
    replace: '    if (accounts.size === 0) this.#networks.delete(network);',
    tests: queueTests,
  },
  {
    what: 'a refusal is answered when it is known',
    file: 'server/guessing/even-answers.ts',
    find: '    const due = askedAt + Math.max(1, Math.ceil(passed / everyMs)) * everyMs;',
    replace: '    const due = askedAt + passed;',
    tests: ['test/unit/server/guessing/even-answers.test.ts'],
  },
  {
    what: 'a dangerous act needs no new proof',
    file: 'server/login/request-session.ts',
    find: '  return now - (opened.get(request)?.confirmedAt ?? 0) < CONFIRMED_MS;',
    replace: '  return now > 0;',
    tests: confirmationTests,
  },
  {
    what: 'an account is reset without a new proof',
    file: 'server/fleet/access/permissions.ts',
    find: "  'account.manage': { roles: administrators, reach: 'site', dangerous: true },",
    replace: "  'account.manage': { roles: administrators, reach: 'site' },",
    tests: confirmationTests,
  },
  {
    what: 'a recovery code works again',
    file: 'server/login/recovery-codes.ts',
    find: '    return numDeletedRows > 0n;',
    replace: '    return numDeletedRows >= 0n;',
    tests: contractTests,
  },
  {
    what: 'the key of the app follows from the link',
    file: 'server/login/acceptance.ts',
    find: '    const totpKey = totpSecret(randomBytes(20));',
    replace: '    const totpKey = totpSecret(Buffer.from(secret));',
    tests: contractTests,
  },
  {
    what: 'somebody ends the session of another',
    file: 'server/login/own-sessions.ts',
    find: `      .where('id', '=', other)
      .where('kind', '=', owner.kind)
      .where('subject', '=', owner.subject)`,
    replace: `      .where('id', '=', other)
      .where('kind', '=', owner.kind)`,
    tests: contractTests,
  },
];
