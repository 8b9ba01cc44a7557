import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { FactCalls } from '../../../../device/facts/delivery.ts';
import { FactQueue } from '../../../../device/facts/fact-queue.ts';
import { MemoryFacts } from '../../../../device/facts/memory-facts.ts';
import { PassageReporter } from '../../../../device/facts/passage-reporter.ts';
import { ServerClock } from '../../../../device/time/server-clock.ts';
import { generateKeyringFile, Keyring } from '../../../../server/keys/keyring.ts';
import { CallError } from '../../../../shared/protocol/call-error.ts';
import { ManualClock } from '../../../support/hands/manual-clock.ts';
import { Waiter } from '../../../support/waiter.ts';

const keyring = new Keyring(generateKeyringFile(0));
const RETRY_MS = 15_000;

/** Passages of a gate that keeps nothing on disk, and a server that may be away. */
async function rig() {
  const got = new Waiter<object>();
  const server = { isUp: false, isWilling: true, calls: 0 };
  const call = async (_name: string, { boxes }: { boxes: string[] }) => {
    server.calls += 1;
    if (!server.isUp) {
      throw new CallError('closed', 'down');
    }
    for (const box of server.isWilling ? boxes : []) {
      got.push(JSON.parse(await keyring.openFact(box)));
    }
    const refused = { outcome: 'refused', code: 'policyUnknown' };
    return { results: boxes.map(() => (server.isWilling ? { outcome: 'accepted' } : refused)) };
  };
  const logged = new Waiter<string>();
  const note = (fields: Record<string, string | number>) => logged.push(String(fields.event));
  const log = { info: note, warn: note };
  const clock = new ManualClock();
  const serverClock = new ServerClock(clock);
  const link = { call: call as unknown as FactCalls['call'] };
  const facts = new FactQueue({ store: new MemoryFacts(log), link, serverClock, clock, log });
  await facts.start(() => {});
  const passages = new PassageReporter({ facts, serverClock, log });
  const up = () => {
    server.isUp = true;
    serverClock.sync(0);
    facts.useKey(keyring.factsKey());
    facts.linkUp();
  };
  return { facts, passages, got, up, server, clock, logged };
}

test('passages wait for the link and are then delivered in their order', async () => {
  const { passages, got, up } = await rig();
  const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
  await passages.report(one, 'passed');
  await passages.report(two, 'notPassed');
  up();
  const first = { requestId: one, passage: 'passed', clockTrust: 'unset' };
  expect(await got.next()).toMatchObject(first);
  expect(await got.next()).toMatchObject({ requestId: two, passage: 'notPassed' });
  await passages.report(three, 'passed');
  expect(await got.next()).toMatchObject({ requestId: three, clockTrust: 'synced' });
});

test('in memory the oldest gives way', async () => {
  const { facts, passages, got, up } = await rig();
  const ids = Array.from({ length: 300 }, () => randomUUID());
  for (const id of ids) {
    await passages.report(id, 'passed');
  }
  expect(facts.counts().waiting).toBe(256);
  up();
  expect(await got.next()).toMatchObject({ requestId: ids[44] });
});

test('what could not be delivered is tried again after a while, not at once', async () => {
  const { passages, got, up, server, clock, logged } = await rig();
  up();
  server.isUp = false;
  const id = randomUUID();
  await passages.report(id, 'passed');
  await logged.next((event) => event === 'factsNotDelivered');
  server.isUp = true;
  clock.advance(RETRY_MS - 1);
  expect(clock.pending).toBe(1);
  clock.advance(1);
  expect(await got.next()).toMatchObject({ requestId: id });
});

test('a link that goes down ends the tries', async () => {
  const { facts, passages, up, server, clock, logged } = await rig();
  up();
  server.isUp = false;
  await passages.report(randomUUID(), 'passed');
  await logged.next((event) => event === 'factsNotDelivered');
  facts.linkDown();
  expect(clock.pending).toBe(0);
  await facts.stop();
});

test('what the server refuses is counted and not sent again', async () => {
  const { facts, passages, up, server, logged } = await rig();
  server.isWilling = false;
  up();
  await passages.report(randomUUID(), 'passed');
  await logged.next((event) => event === 'factsRefused');
  expect(facts.counts()).toEqual({ waiting: 0, quarantined: 1 });
});
