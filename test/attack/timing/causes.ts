import { randomUUID } from 'node:crypto';
import { TOTP } from 'otpauth';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import type { PersonWithCode } from '../../../scripts/sample/sample-people.ts';
import type { App } from '../../../server/app.ts';
import { commandLine } from '../../../server/fleet/access/actor.ts';
import type { Cause } from '../../support/interleaved.ts';
import type { AskedPeople, LanePeople } from './lane-people.ts';

const PASSWORD = 'violetta azzurra 42 gradini';

/** What causes ask, and about whom. */
export interface Asked {
  app: App;
  people: AskedPeople;
  now: number;
}

/** What somebody types to log in. */
type Account = { email: string; digits: string };

type Causes = Readonly<Record<string, Cause>>;

let asked = 0;
/** Another one each time, so that nobody is refused for somebody else's tries. */
function address(): string {
  asked += 1;
  return `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`;
}

function post(app: App, url: string, fields: Record<string, string>, remoteAddress: string) {
  return app.http.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  });
}

/** A cause whose answer must be this one: a cause that is refused for another reason measures nothing. */
function expecting<Answer>(wanted: Answer, ask: (lane: number) => Promise<Answer>): Cause {
  return async (lane) => {
    const got = await ask(lane);
    if (got !== wanted) {
      throw new Error(`Answered with ${got} and not ${wanted}`);
    }
  };
}

/** Tries until it is throttled. */
async function block(attempt: () => Promise<boolean>): Promise<void> {
  for (let tried = 0; !(await attempt()); tried += 1) {
    if (tried > 100) {
      throw new Error('Nobody throttles this');
    }
  }
}

/** One check with a code: from an asker of its own, or from one that is blocked. */
type Check<Answer> = (who: PersonWithCode, code: string, from?: 'blocked') => Promise<Answer>;

/** Every cause of a refusal, and the right answer, for whoever answers a code and a codice fiscale. */
async function checkCauses<Answer>(
  { lanes, blockedThere, blockedEverywhere, stranger }: AskedPeople,
  check: Check<Answer>,
  answers: { right: Answer; refused: Answer; throttled: Answer },
): Promise<Causes> {
  const { right, refused, throttled } = answers;
  const wrongCode = stranger.codiceFiscale;
  await block(async () => (await check(blockedThere, wrongCode, 'blocked')) === throttled);
  await block(async () => (await check(blockedEverywhere, wrongCode)) === throttled);
  const of = (lane: number) => lanes[lane] as LanePeople;
  const rightly = (who: PersonWithCode, from?: 'blocked') => check(who, who.codiceFiscale, from);
  return {
    right: expecting(right, (lane) => rightly(of(lane).own)),
    wrongCode: expecting(refused, (lane) => check(of(lane).own, wrongCode)),
    unknownCredential: expecting(refused, (lane) => rightly(of(lane).unknown)),
    revoked: expecting(refused, (lane) => rightly(of(lane).revoked)),
    locked: expecting(refused, (lane) => rightly(of(lane).locked)),
    expired: expecting(refused, (lane) => rightly(of(lane).expired)),
    throttledRight: expecting(throttled, () => rightly(blockedThere, 'blocked')),
    throttledWrong: expecting(throttled, () => check(blockedThere, wrongCode, 'blocked')),
    exhaustedRight: expecting(throttled, () => rightly(blockedEverywhere)),
    exhaustedWrong: expecting(throttled, () => check(blockedEverywhere, wrongCode)),
  };
}

/** The public reading page. */
export function readingCauses({ app, people }: Asked): Promise<Causes> {
  const check: Check<number> = async ({ text }, codiceFiscale, from) => {
    const fields = { 'codice-fiscale': codiceFiscale };
    const url = new URL(text).pathname;
    const { statusCode } = await post(app, url, fields, from ? '192.0.2.1' : address());
    return statusCode;
  };
  return checkCauses(people, check, { right: 200, refused: 200, throttled: 429 });
}

/** Gates. */
export function gateCauses({ app, people }: Asked): Promise<Causes> {
  const check: Check<string> = async ({ credentialId }, codiceFiscale, from) => {
    const name = from ?? address();
    const { verdict } = await app.gateAnswers.verify({
      asker: { id: `kiosk:${name}`, site: name },
      ...{ requestId: randomUUID(), credentialId, codiceFiscale, policy: DEMO_POLICY },
    });
    return verdict.outcome;
  };
  const outcomes = { right: 'granted', refused: 'denied', throttled: 'throttled' };
  return checkCauses(people, check, outcomes);
}

/** What opens a gate leaves at once, so that only refusals are alike. */
export async function gateRefusals(asks: Asked): Promise<Causes> {
  const { right: _, ...refusals } = await gateCauses(asks);
  return refusals;
}

/** The staff's login with a password. Every lane has accounts of its own: few hashes of one are let through. */
export async function loginCauses({ app, people, now }: Asked): Promise<Causes> {
  const { staff, acceptance } = app.logins;
  const member = async (email: string) => {
    const sites = ['torino'];
    const { accountId, secret } = await staff.invite(commandLine, { role: 'operator', sites });
    const input = { name: 'Ada Conti', email, password: PASSWORD };
    const start = await acceptance.begin(secret, input, '192.0.2.9');
    if (start.outcome !== 'pending') {
      throw new Error(start.outcome);
    }
    const totp = new TOTP({ secret: start.pending.totpKey });
    const digits = totp.generate({ timestamp: now });
    await acceptance.finish(start.pending, digits);
    return { accountId, email, digits };
  };
  // One by one: of one network only a few hashes may wait.
  const lanes: { own: Account; disabled: Account }[] = [];
  for (const lane of people.lanes.keys()) {
    const disabled = await member(`disabled.${lane}.${now}@example.org`);
    await staff.disable(commandLine, disabled.accountId);
    lanes.push({ own: await member(`own.${lane}.${now}@example.org`), disabled });
  }
  const logIn = async ({ email, digits }: Account, password = PASSWORD, from = address()) =>
    (await post(app, '/login/staff', { email, password, code: digits }, from)).statusCode;
  const refused = (of: (lane: number) => Account, password?: string) =>
    expecting(422, (lane) => logIn(of(lane), password));
  const own = (lane: number) => lanes[lane]?.own as Account;
  const blocked = { email: 'eva@example.org', digits: '123456' };
  await block(async () => (await logIn(blocked, 'x', '192.0.2.1')) === 429);
  return {
    unknownAccount: refused((lane) => ({ ...own(lane), email: `nobody.${lane}@example.org` })),
    wrongPassword: refused(own, `${PASSWORD}!`),
    // The digits of its acceptance were used, and count once.
    usedDigits: refused(own),
    wrongDigits: refused((lane) => ({ ...own(lane), digits: '1234567' })),
    disabled: refused((lane) => lanes[lane]?.disabled as Account),
    throttled: expecting(429, () => logIn(blocked, PASSWORD, '192.0.2.1')),
  };
}
