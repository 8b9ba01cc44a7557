import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { PassageReporter } from '../../../../device/facts/passage-reporter.ts';
import type { KioskLink } from '../../../../device/kiosk-options.ts';
import { generateKeyringFile, Keyring } from '../../../../server/keys/keyring.ts';
import { CallError } from '../../../../shared/protocol/call-error.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';
import { Waiter } from '../../../support/waiter.ts';

const keyring = new Keyring(generateKeyringFile(0));
const quiet = { info: () => {}, warn: () => {} };

/** PassageReporter of a gate that keeps no list, and a server that may be away. */
function rig() {
  const got = new Waiter<object>();
  const state = { isUp: false };
  const link: KioskLink = {
    start: () => {},
    stop: () => {},
    verify: () => Promise.reject(new CallError('closed', 'down')),
    call: (async (_name: string, { boxes }: { boxes: string[] }) => {
      if (!state.isUp) {
        throw new CallError('closed', 'down');
      }
      for (const box of boxes) {
        got.push(JSON.parse(await keyring.openFact(box)));
      }
      return { results: boxes.map(() => ({ outcome: 'accepted' })) };
    }) as unknown as KioskLink['call'],
  };
  const passages = new PassageReporter({ link, clock: new ManualClock(), log: quiet });
  const up = () => {
    state.isUp = true;
    passages.linkUp({ serverTime: 0, factsKey: keyring.factsKey() });
  };
  return { passages, got, up, state };
}

test('without a list they are told over the link, and wait for it', async () => {
  const { passages, got, up } = rig();
  const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
  passages.note(one, 'passed');
  passages.note(two, 'notPassed');
  up();
  expect(await got.next()).toMatchObject({
    requestId: one,
    passage: 'passed',
    clockTrust: 'unset',
  });
  expect(await got.next()).toMatchObject({ requestId: two, passage: 'notPassed' });
  passages.note(three, 'passed');
  expect(await got.next()).toMatchObject({ requestId: three, clockTrust: 'synced' });
});

test('are bounded: the oldest gives way', async () => {
  const { passages, got, up } = rig();
  const ids = Array.from({ length: 300 }, () => randomUUID());
  for (const id of ids) {
    passages.note(id, 'passed');
  }
  up();
  expect(await got.next()).toMatchObject({ requestId: ids[44] });
});
