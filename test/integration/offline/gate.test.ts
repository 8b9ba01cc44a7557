import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { receiptNumber } from '../../../device/session/receipt.ts';
import { redeemReceipt } from '../../../server/audit/receipt-lookup.ts';
import { offlineReport, type ReportLine } from '../../../server/offline-list/report.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { systemClock } from '../../../shared/clock.ts';
import { filesHolding } from '../../support/canary.ts';
import { OfflineGate, OfflineSite } from '../../support/offline-gate.ts';

const run = promisify(execFile);

type GateOptions = ConstructorParameters<typeof OfflineGate>[1];

let site: OfflineSite;
let gates: OfflineGate[] = [];

beforeEach(async () => {
  site = await OfflineSite.start();
});

afterEach(async () => {
  for (const gate of gates.splice(0)) {
    await gate.stop();
  }
  await site.stop();
});

async function open(options?: GateOptions): Promise<OfflineGate> {
  const gate = new OfflineGate(site, options);
  gates.push(gate);
  await gate.start();
  return gate;
}

/** A gate that has the list of everybody seeded. */
async function ready(options?: GateOptions): Promise<OfflineGate> {
  const gate = await open(options);
  await site.untilCurrent(gate);
  return gate;
}

async function cut(gate: OfflineGate): Promise<void> {
  site.network.cut();
  await gate.untilLink('down');
}

async function stop(gate: OfflineGate): Promise<void> {
  gates = gates.filter((other) => other !== gate);
  await gate.stop();
}

async function report(): Promise<ReportLine[]> {
  const store = await openStore(`sqlite:${join(site.folder, 'varco.db')}`);
  const lines: ReportLine[] = [];
  for await (const line of offlineReport(store)) {
    lines.push(line);
  }
  await store.close();
  return lines;
}

/** The folder with the list's files of the one policy. */
async function listFolder(kiosk = join(site.folder, 'kiosk')): Promise<string> {
  const [name = ''] = (await readdir(kiosk)).filter((one) => one.startsWith('list-'));
  return join(kiosk, name);
}

describe('with the network cut', () => {
  test('answers from the list as the server would, and only staff is informed', async () => {
    const gate = await ready();
    await cut(gate);
    expect(gate.screen?.staffLine).toBe('Senza collegamento · elenco di 0 min fa');
    const said: Record<string, string> = {};
    for (const person of site.people) {
      said[person.label] = await gate.walk(person);
      expect(gate.screen?.staff).toBe('offlineAnswer');
      expect(gate.screen?.staffLine).toBe('Risposta data senza collegamento · elenco di 0 min fa');
      gate.end();
    }
    expect(said).toEqual({
      entitled: 'list granted',
      entitledWithCompanion: 'list granted companion',
      notCovered: 'list denied notOnList',
      revoked: 'list denied notOnList',
      notInArchive: 'list unconfirmed unavailable',
    });
    const wrong = site.person('notCovered').person.codiceFiscale;
    expect(await gate.walk(site.person('entitled'), wrong)).toBe('list unconfirmed unavailable');
    expect(gate.opened).toHaveLength(2);
    expect(gate.spoken.join(' ')).not.toMatch(/collegamento|elenco/);
  });

  test('what it measured meanwhile is in the server’s history once the link is back', async () => {
    const gate = await ready();
    const heard = { temperature: 99 };
    gate.sources.facts.addSample(heard);
    await cut(gate);
    const from = Date.now() - 60_000;
    gate.sources.facts.addSample({ temperature: 61.5, faults: 1 });
    const { telemetry } = site.server.app.fleet;
    const history = () =>
      telemetry.history(entryOf(), { from, to: Date.now() + 60_000 }, Date.now());
    const entryOf = () => site.server.app.fleet.roster.ofKiosk('gate-1')?.gate.id ?? '';
    expect((await history()).values.temperature).toBeUndefined();
    site.network.restore();
    await gate.untilLink('up');
    await vi.waitFor(async () => {
      expect((await history()).values).toMatchObject({ temperature: [61.5] });
    });
  });

  test('cut while a person types: the walk goes on from the list', async () => {
    const gate = await ready();
    const person = site.person('entitled');
    gate.read(person.text);
    await cut(gate);
    for (const character of person.person.codiceFiscale) {
      gate.key({ kind: 'character', character });
    }
    gate.key({ kind: 'confirm' });
    await gate.until(() => gate.state?.phase.name === 'showing');
    expect(gate.verdict()).toBe('list granted');
  });

  test('cut while the server is asked: the list answers, and the server sees one event', async () => {
    const gate = await ready();
    const { verification } = site.server.app;
    const verify = verification.verify.bind(verification);
    // The server's answer is on its disk; the cable goes before it leaves.
    verification.verify = async (request) => {
      const answer = await verify(request);
      site.network.cut();
      return answer;
    };
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
    verification.verify = verify;
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    expect((await report()).map(({ comparison }) => comparison)).toEqual([
      { kind: 'sameAsServer' },
    ]);
  });

  test('a server that is too slow is not waited for', async () => {
    const gate = await ready({ budgetMs: 50 });
    const { verification } = site.server.app;
    verification.verify = () => new Promise(() => {});
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
    expect(gate.screen?.staff).toBe('offlineAnswer');
    expect(gate.state?.parts.link).toBe('up');
  });

  test('past its age nobody types for nothing, and it is never shown as “no”', async () => {
    let ahead = 0;
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
    const gate = await ready({ clock });
    await cut(gate);
    ahead = 25 * 3_600_000;
    expect(await gate.walk(site.person('entitled'))).toBe('server unconfirmed listTooOld');
    expect(gate.screen?.staffLine).toBe('Senza collegamento · elenco troppo vecchio');
    expect(gate.opened).toEqual([]);
  });
});

test('without a list the gate does as it did before there were any', async () => {
  site.network.cut();
  const gate = await open();
  await gate.untilLink('down');
  gate.read(site.person('entitled').text);
  // No boot, no keys: the code can't even be checked.
  expect(gate.state?.phase).toMatchObject({ name: 'refusing', problem: 'foreignHost' });
});

describe('changes reach the gate', () => {
  test('revoked online: denied offline after the delta, and nothing else fetched', async () => {
    const gate = await ready();
    const before = gate.list.inForce;
    await site.server.app.credentials.revoke(site.person('entitled').credentialId, {
      actor: 'test',
      reason: 'lost',
    });
    await site.untilCurrent(gate);
    expect(gate.list.inForce).toMatchObject({ epoch: before?.epoch, base: before?.base });
    await cut(gate);
    expect(await gate.walk(site.person('entitled'))).toBe('list denied notOnList');
    expect(gate.opened).toEqual([]);
  });

  test('a new verbale and a new code', async () => {
    const gate = await ready();
    const { app } = site.server;
    const { person } = site.person('notInArchive');
    await app.registry.importRows([
      {
        person,
        verbale: {
          protocol: 'TEST-1',
          kind: 'primaIstanza',
          area: 'invaliditaCivile',
          fiscalBenefits: [],
          state: 'definitive',
          definitiveOn: '2024-01-02',
          giudizio: 'totale',
          percentage: 100,
        },
      },
    ]);
    const old = site.person('entitledWithCompanion');
    const fresh = await app.credentials.reissue(old.credentialId, {
      actor: 'test',
      reason: 'lost',
    });
    await site.untilCurrent(gate);
    await cut(gate);
    expect(await gate.walk(site.person('notInArchive'))).toBe('list granted companion');
    gate.end();
    expect(await gate.walk(old)).toBe('list denied notOnList');
    gate.end();
    const renewed = { ...old, text: fresh.text };
    expect(await gate.walk(renewed)).toBe('list granted companion');
  });
});

describe('what is on the kiosk’s disk', () => {
  test('a start without the server: keys, list and answers are there', async () => {
    await stop(await ready());
    site.network.cut();
    const gate = await open();
    await gate.untilLink('down');
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
  });

  test('a list that is damaged is no list, and a new one is fetched', async () => {
    await stop(await ready());
    const path = join(await listFolder(), 'offline-list.full');
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    site.network.cut();
    const gate = await open();
    await gate.untilLink('down');
    expect(gate.logged).toContain('listRefused listCorrupt');
    expect(await gate.walk(site.person('entitled'))).toBe('server unconfirmed unavailable');
    gate.end();
    site.network.restore();
    await gate.untilLink('up');
    await gate.until(() => gate.list.view().state === 'usable');
    await cut(gate);
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
  });

  test('an older list put back is refused', async () => {
    const gate = await ready();
    const folder = await listFolder();
    const old = join(site.folder, 'old');
    await stop(gate);
    await cp(folder, old, { recursive: true });
    const next = await ready();
    await site.server.app.credentials.revoke(site.person('entitled').credentialId, {
      actor: 'test',
      reason: 'lost',
    });
    await site.untilCurrent(next);
    await stop(next);
    for (const name of ['offline-list.full', 'offline-list.delta']) {
      await cp(join(old, name), join(folder, name)).catch(() => writeFile(join(folder, name), ''));
    }
    site.network.cut();
    const last = await open();
    await last.untilLink('down');
    expect(last.logged).toContain('listRefused listRollback');
    expect(await last.walk(site.person('entitled'))).toBe('server unconfirmed unavailable');
  });

  test('a list signed with another key is refused', async () => {
    await stop(await ready());
    const path = join(site.folder, 'kiosk', 'boot.json');
    const boot = JSON.parse(await readFile(path, 'utf8'));
    const [key] = boot.credentialKeys;
    boot.credentialKeys = [{ keyId: key.keyId, publicKey: site.key.publicKey }];
    await writeFile(path, JSON.stringify(boot));
    site.network.cut();
    const gate = await open();
    await gate.untilLink('down');
    expect(gate.logged).toContain('listRefused listBadSignature');
  });

  test('the power goes after an answer: the fact is there, once, and nothing of a person', async () => {
    const gate = await ready();
    await cut(gate);
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
    // What a machine that lost power would find: the files as they are now, journal and all.
    const after = join(site.folder, 'after-power-cut');
    await cp(join(site.folder, 'kiosk'), after, { recursive: true });
    const secrets = site.people.flatMap(({ person, credentialId, text }) => [
      person.codiceFiscale,
      credentialId,
      text,
    ]);
    expect(await filesHolding(after, secrets)).toEqual([]);
    await stop(gate);
    const next = await open({ folder: after });
    expect(next.sources.status()?.factsWaiting).toBe(1);
    site.network.restore();
    await next.untilLink('up');
    await next.untilDelivered();
    expect(await report()).toHaveLength(1);
  });
});

describe('whether somebody went through', () => {
  /** What the audit keeps of a receipt, as the site would ask. */
  async function redeemed(number: string) {
    const store = await openStore(`sqlite:${join(site.folder, 'varco.db')}`);
    const found = await redeemReceipt(store, number);
    await store.close();
    return found;
  }

  test('reaches the audit after the server’s answer: an opening nobody used is annulled', async () => {
    const gate = await ready();
    await gate.walk(site.person('entitled'));
    const [requestId = ''] = gate.opened;
    const number = receiptNumber(requestId);
    gate.end();
    expect(await redeemed(number)).toMatchObject({ source: 'server', requestId });
    gate.went?.('notPassed');
    await gate.until(() => gate.sources.facts.counts().waiting > 0);
    await gate.untilDelivered();
    expect(await redeemed(number)).toMatchObject({
      source: 'server',
      kiosk: 'gate-1',
      verdict: { outcome: 'granted' },
      passage: 'notPassed',
    });
  });

  test('waits with the list’s answer until the link is back', async () => {
    const gate = await ready();
    await cut(gate);
    await gate.walk(site.person('entitled'));
    gate.went?.('passed');
    await gate.until(() => gate.sources.status()?.factsWaiting === 2);
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    expect((await report()).map(({ passage }) => passage)).toEqual(['passed']);
    const number = receiptNumber(gate.opened[0] ?? '');
    expect(await redeemed(number)).toMatchObject({ source: 'list', passage: 'passed' });
    expect(await redeemed('0000-0000-0000')).toBeUndefined();
    expect(await redeemed("' or 1=1")).toBeUndefined();
  });
});

describe('facts', () => {
  test('are uploaded in order when the link returns, each once, with their own time', async () => {
    const gate = await ready();
    await cut(gate);
    const labels = ['entitled', 'notCovered', 'notInArchive', 'entitledWithCompanion'] as const;
    for (const label of labels) {
      await gate.walk(site.person(label));
      gate.end();
    }
    const copy = join(site.folder, 'copy');
    await cp(join(site.folder, 'kiosk'), copy, { recursive: true });
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    await stop(gate);
    // The same facts again, from a disk that had not heard that they arrived.
    const again = await open({ folder: copy });
    await again.untilLink('up');
    await again.untilDelivered();
    expect(again.sources.status()?.factsQuarantined).toBe(0);
    const lines = await report();
    expect(lines.map(({ verdict }) => verdict.outcome)).toEqual([
      'granted',
      'denied',
      'unconfirmed',
      'granted',
    ]);
    const times = lines.map(({ decidedAt }) => decidedAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { comparison, receivedAt, decidedAt, asker, clockTrust } of lines) {
      expect(comparison).toEqual({ kind: 'current' });
      expect(decidedAt).toBeLessThanOrEqual(receivedAt);
      expect([asker, clockTrust]).toEqual(['kiosk:gate-1', 'synced']);
    }
  });

  test('given by a list behind the registry are distinguished', async () => {
    const gate = await ready();
    await cut(gate);
    await site.server.app.credentials.revoke(site.person('entitled').credentialId, {
      actor: 'test',
      reason: 'lost',
    });
    await site.server.app.offlineLists?.publisher.flush();
    expect(await gate.walk(site.person('entitled'))).toBe('list granted');
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    expect((await report()).map(({ comparison }) => comparison)).toEqual([
      { kind: 'behind', changed: 1, entries: 4 },
    ]);
  });

  test('`varco audit offline-report` says so, a line each and the totals', async () => {
    const gate = await ready();
    await cut(gate);
    await gate.walk(site.person('entitled'));
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    const config = join(site.folder, 'server.json');
    await writeFile(
      config,
      JSON.stringify({
        host: 'varco.example.it',
        listen: { address: '127.0.0.1', port: 0 },
        node: 'node-a',
        database: 'sqlite:varco.db',
        keyring: 'keyring.json',
      }),
    );
    const main = fileURLToPath(new URL('../../../scripts/varco/main.ts', import.meta.url));
    const words = ['audit', 'offline-report', '--config', config, '--json'];
    const { stdout } = await run(process.execPath, ['--import', 'tsx', main, ...words]);
    const [line, totals] = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(line).toMatchObject({ asker: 'kiosk:gate-1', comparison: { kind: 'current' } });
    expect(totals).toEqual({ totals: { current: 1 } });
    const secrets = [site.person('entitled').person.codiceFiscale];
    expect(secrets.some((secret) => stdout.includes(secret))).toBe(false);
  });

  test('that the server refuses are put aside, said, and hold nothing up', async () => {
    const gate = await ready();
    await cut(gate);
    const version = { epoch: 1, version: 1 };
    await gate.sources.facts.add({
      kind: 'decided',
      requestId: randomUUID(),
      policy: 'never-heard-of',
      verdict: { outcome: 'granted', companion: false },
      decidedAt: Date.now(),
      clockTrust: 'synced',
      list: version,
    });
    await gate.walk(site.person('entitled'));
    site.network.restore();
    await gate.untilLink('up');
    await gate.untilDelivered();
    expect(gate.sources.status()).toMatchObject({ factsWaiting: 0, factsQuarantined: 1 });
    await gate.until(() => gate.logged.includes('factsRefused policyUnknown'));
    expect(await report()).toHaveLength(1);
  });
});
