import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, OutboxItem } from '../../../device/facts/fact-store.ts';
import { defaultOutboxLimits, Outbox } from '../../../device/facts/outbox.ts';
import { type SealedFact, sealFact } from '../../../device/facts/seal.ts';
import { directoryDisk } from '../../../device/storage/disk.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import type { Fact } from '../../../shared/fact.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import { filesHolding } from '../../support/canary.ts';
import { ManualClock } from '../../support/hands/manual-clock.ts';

let directory: string;
let path: string;
let outboxes: Outbox[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'varco-outbox-'));
  path = join(directory, 'outbox.sqlite');
  outboxes = [];
});
afterEach(async () => {
  await Promise.all(outboxes.map((outbox) => outbox.stop()));
  rmSync(directory, { recursive: true });
});

function started(limits = defaultOutboxLimits): Outbox {
  const outbox = new Outbox(path, new ManualClock(), limits);
  outbox.start();
  outboxes.push(outbox);
  return outbox;
}

/** Sealed facts as the outbox sees them: a name and a text that says nothing. */
const fact = (): SealedFact => {
  const id = randomUUID();
  return { key: `decided ${id}`, box: `box-of-${id}` };
};
const accepted: Delivery = { outcome: 'accepted' };
const telemetry = (temperature: number) => ({ at: 1, sample: { temperature } });

/** A server that remembers what it got. */
function server(answer: (item: OutboxItem) => Delivery = () => accepted) {
  const got: OutboxItem[] = [];
  const deliver = async (batch: readonly OutboxItem[]) => {
    got.push(...batch);
    return batch.map(answer);
  };
  return { got, deliver };
}
const boxesOf = (items: readonly OutboxItem[]) =>
  items.flatMap((item) => (item.class === 'fact' ? [item.box] : []));

test('facts survive a restart and are delivered once, in order, before telemetry', async () => {
  const facts = Array.from({ length: 100 }, () => fact());
  const first = started();
  first.addTelemetry(telemetry(1));
  for (const each of facts) {
    first.addFact(each);
  }
  await first.stop();
  const outbox = started();
  const { got, deliver } = server();
  expect(await outbox.drain(deliver)).toBe(101);
  expect(boxesOf(got)).toEqual(facts.map(({ box }) => box));
  expect(got.at(-1)?.class).toBe('telemetry');
  expect(await outbox.drain(deliver)).toBe(0);
  expect(outbox.status()).toMatchObject({ facts: 0, telemetry: 0, quarantined: 0 });
});

test('the same fact of a request is one, the first; its passage is another', async () => {
  const outbox = started();
  const one = fact();
  outbox.addFact(one);
  outbox.addFact({ ...one, box: 'another' });
  outbox.addFact({ key: one.key.replace('decided', 'passage'), box: 'passage' });
  const { got, deliver } = server();
  await outbox.drain(deliver);
  expect(boxesOf(got)).toEqual([one.box, 'passage']);
});

test('the link goes in the middle: what was not answered stays, in order', async () => {
  const outbox = started({ itemsMax: 100, telemetryMax: 2_880, batchMax: 3 });
  const facts = Array.from({ length: 8 }, () => fact());
  for (const each of facts) {
    outbox.addFact(each);
  }
  let batches = 0;
  const broken = async (batch: readonly OutboxItem[]) => {
    batches += 1;
    if (batches === 2) {
      throw Object.assign(new Error('closed'), { code: 'closed' });
    }
    return batch.map(() => accepted);
  };
  await expect(outbox.drain(broken)).rejects.toMatchObject({ code: 'closed' });
  const { got, deliver } = server();
  await outbox.drain(deliver);
  expect(boxesOf(got)).toEqual(facts.slice(3).map(({ box }) => box));
});

test('what the server refuses is quarantined with its code, and holds nothing up', async () => {
  const outbox = started();
  const facts = [fact(), fact(), fact()];
  for (const each of facts) {
    outbox.addFact(each);
  }
  const { deliver } = server((item) =>
    item.class === 'fact' && item.box === facts[1]?.box
      ? { outcome: 'refused', code: 'policyUnknown' }
      : accepted,
  );
  expect(await outbox.drain(deliver)).toBe(2);
  expect(outbox.quarantined(10)).toEqual([{ key: facts[1]?.key, code: 'policyUnknown' }]);
  const after = server();
  await outbox.drain(after.deliver);
  expect(after.got).toEqual([]);
});

test('calls to drain share one run', async () => {
  const outbox = started();
  outbox.addFact(fact());
  const { got, deliver } = server();
  expect(await Promise.all([outbox.drain(deliver), outbox.drain(deliver)])).toEqual([1, 1]);
  expect(got).toHaveLength(1);
});

describe('a full outbox', () => {
  test('telemetry gives way to facts, the oldest first; facts give way to nothing', async () => {
    const outbox = started({ itemsMax: 5, telemetryMax: 2_880, batchMax: 32 });
    for (let value = 0; value < 4; value++) {
      outbox.addTelemetry(telemetry(value));
    }
    const facts = Array.from({ length: 5 }, () => fact());
    for (const each of facts) {
      outbox.addFact(each);
    }
    expect(() => outbox.addFact(fact())).toThrow(expect.objectContaining({ code: 'outboxFull' }));
    outbox.addTelemetry(telemetry(9));
    expect(outbox.status()).toMatchObject({ facts: 5, telemetry: 0, telemetryDropped: 5 });
    const { got, deliver } = server();
    await outbox.drain(deliver);
    expect(boxesOf(got)).toEqual(facts.map(({ box }) => box));
    outbox.addFact(fact());
  });

  test('telemetry has a bound of its own, the oldest gives way; one class at a time is sent', async () => {
    const outbox = started({ itemsMax: 100, telemetryMax: 3, batchMax: 32 });
    for (let value = 0; value < 6; value++) {
      outbox.addTelemetry(telemetry(value));
    }
    outbox.addFact(fact());
    const batches: string[][] = [];
    await outbox.drain(async (batch) => {
      batches.push(batch.map((item) => item.class));
      return batch.map(() => accepted);
    });
    expect(batches).toEqual([['fact'], ['telemetry', 'telemetry', 'telemetry']]);
    expect(outbox.status()).toMatchObject({ telemetryDropped: 3, telemetry: 0 });
  });

  test('of telemetry keeps the newest', async () => {
    const outbox = started({ itemsMax: 3, telemetryMax: 2_880, batchMax: 32 });
    for (let value = 0; value < 6; value++) {
      outbox.addTelemetry(telemetry(value));
    }
    const { got, deliver } = server();
    await outbox.drain(deliver);
    expect(
      got.map((item) => item.class === 'telemetry' && item.telemetry.sample.temperature),
    ).toEqual([3, 4, 5]);
  });
});

describe('a fact on the disk', () => {
  const keyring = new Keyring(generateKeyringFile(0));
  const decided = (verdict: Verdict) => ({
    kind: 'decided' as const,
    requestId: randomUUID(),
    policy: 'dm507-art4',
    verdict,
    decidedAt: 1_780_000_000_000,
    clockTrust: 'synced' as const,
    list: { epoch: 1, version: 2 },
  });
  const granted = () => decided({ outcome: 'granted', companion: true });
  const denied = () => decided({ outcome: 'denied', reason: 'notOnList' });

  test('is read by the server alone, and looks like every other', async () => {
    const outbox = started();
    const facts: Fact[] = [
      granted(),
      denied(),
      decided({ outcome: 'unconfirmed', reason: 'unavailable' }),
      {
        kind: 'passage',
        requestId: randomUUID(),
        passage: 'notPassed',
        at: 1,
        clockTrust: 'unset',
      },
    ];
    const sealed = await Promise.all(facts.map((each) => sealFact(each, keyring.factsKey())));
    for (const each of sealed) {
      outbox.addFact(each);
    }
    expect(new Set(sealed.map(({ box }) => box.length)).size).toBe(1);
    expect(await filesHolding(directory, ['granted', 'denied', 'notOnList', 'notPassed'])).toEqual(
      [],
    );
    const { got, deliver } = server();
    await outbox.drain(deliver);
    const opened = await Promise.all(boxesOf(got).map((box) => keyring.openFact(box)));
    expect(opened.map((text) => JSON.parse(text))).toEqual(facts);
  });

  test('is opened by no other keyring, and by none when it was changed', async () => {
    const { box } = await sealFact(granted(), keyring.factsKey());
    const stranger = new Keyring(generateKeyringFile(0));
    const unreadable = { code: 'boxUnreadable' };
    await expect(stranger.openFact(box)).rejects.toMatchObject(unreadable);
    const changed = `${box.slice(0, -30)}${box.at(-30) === 'A' ? 'B' : 'A'}${box.slice(-29)}`;
    await expect(keyring.openFact(changed)).rejects.toMatchObject(unreadable);
    await expect(keyring.openFact('no box')).rejects.toMatchObject(unreadable);
  });

  test('sealed to a column key that was rotated out is still opened', async () => {
    const file = generateKeyringFile(0);
    const { box } = await sealFact(granted(), new Keyring(file).factsKey());
    const rotated = { ...file, columns: [...file.columns, ...generateKeyringFile(1).columns] };
    expect(new Keyring(rotated).factsKey()).not.toEqual(new Keyring(file).factsKey());
    expect(JSON.parse(await new Keyring(rotated).openFact(box))).toMatchObject({ kind: 'decided' });
  });

  test('is of the schema alone: a codice fiscale has no place', async () => {
    const named = { ...granted(), codiceFiscale: 'RSSMRA85T10A562S' } as Fact;
    await expect(sealFact(named, keyring.factsKey())).rejects.toThrow();
  });
});

test('a damaged database is put aside whole and a new one begun', async () => {
  const outbox = started();
  outbox.addFact(fact());
  await outbox.stop();
  writeFileSync(path, Buffer.alloc(8_192, 'not a database'));
  const again = started();
  expect(again.status()).toMatchObject({ facts: 0, setAside: expect.stringContaining('damaged-') });
  again.addFact(fact());
  expect(again.status().facts).toBe(1);
  expect(readdirSync(directory).some((name) => name.includes('.damaged-'))).toBe(true);
});

test('a place that can’t be written is said, and nothing is kept in memory instead', () => {
  const outbox = new Outbox(join(directory, 'nowhere', 'x.sqlite'), new ManualClock());
  expect(() => outbox.start()).toThrow(expect.objectContaining({ code: 'outboxUnavailable' }));
  expect(() => outbox.addFact(fact())).toThrow(
    expect.objectContaining({ code: 'outboxUnavailable' }),
  );
});

test('kill -9 at any moment: every fact that was acknowledged is there', async () => {
  const source = new URL('../../../device/facts/outbox.ts', import.meta.url).href;
  const clock = new URL('../../../shared/clock.ts', import.meta.url).href;
  const program = `
    const { Outbox } = await import(${JSON.stringify(source)});
    const { systemClock } = await import(${JSON.stringify(clock)});
    const outbox = new Outbox(process.argv[1], systemClock);
    outbox.start();
    for (;;) {
      const requestId = crypto.randomUUID();
      outbox.addFact({ key: requestId, box: requestId });
      process.stdout.write(requestId + '\\n');
      await new Promise((resolve) => setImmediate(resolve));
    }`;
  const kiosk = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  kiosk.stdout.on('data', (chunk) => {
    said += chunk;
    if (said.length > 37 * 40) {
      kiosk.kill('SIGKILL');
    }
  });
  await once(kiosk, 'close');
  const acknowledged = said.split('\n').filter((line) => line.length === 36);
  const { got, deliver } = server();
  await started().drain(deliver);
  expect(acknowledged.length).toBeGreaterThan(30);
  expect(boxesOf(got).slice(0, acknowledged.length)).toEqual(acknowledged);
});

test('the list’s files are whole, private, and leave no temporary file', async () => {
  const disk = directoryDisk(directory);
  expect(await disk.read('list')).toBeUndefined();
  await disk.replace('list', Uint8Array.from([1, 2, 3]));
  await disk.replace('list', Uint8Array.from([4, 5]));
  expect([...((await disk.read('list')) ?? [])]).toEqual([4, 5]);
  expect(readdirSync(directory)).toEqual(['list']);
  await disk.remove('list');
  await disk.remove('list');
  expect(await disk.read('list')).toBeUndefined();
  await expect(
    directoryDisk(join(directory, 'nowhere')).replace('list', new Uint8Array(1)),
  ).rejects.toMatchObject({ code: 'ENOENT' });
});
