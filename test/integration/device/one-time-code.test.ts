import { afterEach, beforeEach, expect, test } from 'vitest';
import { OfflineGate, OfflineSite } from '../../support/offline-gate.ts';
import { Waiter } from '../../support/waiter.ts';

let site: OfflineSite;
let gate: OfflineGate;
let sent: Waiter<{ mobile: string; code: string }>;
let isMessengerDown: boolean;

beforeEach(async () => {
  sent = new Waiter();
  isMessengerDown = false;
  site = await OfflineSite.start({
    level: 2,
    messenger: {
      sendCode: async ({ mobile }, code) => {
        if (isMessengerDown) {
          throw new Error('no network to phones');
        }
        sent.push({ mobile, code });
      },
      sendDetail: async () => {},
    },
  });
  gate = new OfflineGate(site);
  await gate.start();
  await gate.untilLink('up');
});

afterEach(async () => {
  await gate.stop();
  await site.stop();
});

/** Shows a code and types the codice fiscale; resolves when the one-time code is asked for. */
async function untilAsked(label: string): Promise<void> {
  const person = site.person(label);
  await gate.until(() => gate.state?.phase.name === 'idle');
  gate.read(person.text);
  gate.type(person.person.codiceFiscale);
  gate.key({ kind: 'confirm' });
  await gate.until(() => gate.state?.phase.name === 'confirming');
}

async function answer(code: string): Promise<void> {
  gate.type(code);
  gate.key({ kind: 'confirm' });
  await gate.until(() => ['showing', 'confirming'].includes(gate.state?.phase.name ?? ''));
}

const wrongOf = (code: string) => (code === '000000' ? '111111' : '000000');

test('the code that came to the person’s phone opens the gate, once', async () => {
  await untilAsked('entitled');
  const { mobile, code } = await sent.next();
  expect(mobile).toBe(site.person('entitled').person.mobile);
  expect(gate.screen?.title).toBe('Scrivi il codice di conferma');
  expect(gate.opened).toEqual([]);
  await answer(code);
  expect(gate.verdict()).toBe('server granted');
  expect(gate.opened).toHaveLength(1);
  expect(gate.spoken.join(' ')).not.toContain(code);
});

test('a wrong code may be corrected, and another person’s status is what it is', async () => {
  await untilAsked('notCovered');
  const { code } = await sent.next();
  await answer(wrongOf(code));
  expect(gate.state?.phase).toMatchObject({ name: 'confirming', trouble: 'wrong' });
  expect(gate.screen?.entry?.problem).toBe('Il codice non è quello giusto. Riprova.');
  await answer(code);
  expect(gate.verdict()).toBe('server denied notCovered');
  expect(gate.opened).toEqual([]);
});

test('after too many wrong codes the right one is of no use', async () => {
  await untilAsked('entitled');
  const { code } = await sent.next();
  for (let tries = 0; gate.state?.phase.name === 'confirming' && tries < 10; tries++) {
    await answer(wrongOf(code));
  }
  expect(gate.verdict()).toBe('server denied notRecognised');
  expect(gate.opened).toEqual([]);
});

test('the cable goes while the code is typed: nobody is refused, and no list answers', async () => {
  await untilAsked('entitled');
  const { code } = await sent.next();
  site.network.cut();
  await gate.untilLink('down');
  await answer(code);
  expect(gate.verdict()).toBe('server unconfirmed unavailable');
  expect(gate.opened).toEqual([]);
});

test('End clears the code that was typed; the next person is asked for their own', async () => {
  await untilAsked('entitled');
  const first = await sent.next();
  gate.type(first.code.slice(0, 3));
  gate.end();
  expect(JSON.stringify(gate.state)).not.toContain(first.code.slice(0, 3));
  await untilAsked('entitledWithCompanion');
  const second = await sent.next();
  await answer(first.code === second.code ? wrongOf(first.code) : first.code);
  expect(gate.state?.phase.name).toBe('confirming');
  await answer(second.code);
  expect(gate.verdict()).toBe('server granted companion');
});

test('phones can’t be reached: no code is asked for, and staff is', async () => {
  isMessengerDown = true;
  const person = site.person('entitled');
  gate.read(person.text);
  gate.type(person.person.codiceFiscale);
  gate.key({ kind: 'confirm' });
  await gate.until(() => gate.state?.phase.name === 'showing');
  expect(gate.verdict()).toBe('server unconfirmed unavailable');
  expect(gate.opened).toEqual([]);
});
