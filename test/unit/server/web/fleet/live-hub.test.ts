import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KioskRow } from '../../../../../server/fleet/view/kiosk-row.ts';
import type { LiveChange } from '../../../../../server/web/fleet/live-events.ts';
import { GATHER_MS, KEPT_CHANGES_MAX, LiveHub } from '../../../../../server/web/fleet/live-hub.ts';
import { kioskRows } from '../../../../support/fleet/kiosk-rows.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

let clock: VirtualClock;
let rows: Map<string, KioskRow>;
let reads: (readonly string[] | undefined)[];
let fails: boolean;
let hub: LiveHub;

beforeEach(async () => {
  clock = new VirtualClock();
  rows = new Map(kioskRows(50).map((row) => [row.id, row]));
  reads = [];
  fails = false;
  hub = new LiveHub({
    async readRows(ids) {
      reads.push(ids);
      if (fails) {
        throw new Error('the database is away');
      }
      return ids ? ids.flatMap((id) => rows.get(id) ?? []) : [...rows.values()];
    },
    alertsBesideGates: (scope) => (scope === 'all' ? 2 : 0),
    clock,
    log: pino({ level: 'silent' }),
    run: 'run',
  });
  await hub.start();
});

function change(id: string, fields: Partial<KioskRow>): void {
  rows.set(id, { ...(rows.get(id) as KioskRow), ...fields });
}

async function pass(ms = GATHER_MS): Promise<void> {
  clock.advance(ms);
  await hub.settle();
}

describe('what changes', () => {
  test('goes out once, gathered, with the rows that differ alone', async () => {
    const heard: LiveChange[] = [];
    hub.listen('all', (one) => heard.push(one));
    change('gate-1', { presence: 'offline' });
    hub.touch(['gate-1', 'gate-2']);
    hub.touch(['gate-1'], ['alerts']);
    expect(heard).toEqual([]);
    await pass();
    expect(heard).toHaveLength(1);
    expect(heard[0]?.rows.map(({ id }) => id)).toEqual(['gate-1']);
    expect(heard[0]?.topics).toEqual(['alerts']);
    const inRows = [...rows.values()].reduce((sum, { alerts }) => sum + alerts, 0);
    expect(heard[0]?.summary).toMatchObject({ gates: 50, alerts: inRows + 2 });
    expect(reads).toEqual([undefined, ['gate-1', 'gate-2']]);
  });

  test('goes out at once after a quiet time, and then not too often', async () => {
    const heard: number[] = [];
    hub.listen('all', ({ sequence }) => heard.push(sequence));
    for (const alerts of [7, 8, 9]) {
      change('gate-1', { alerts });
      hub.touch(['gate-1']);
      await pass(0);
    }
    expect(heard).toEqual([1]);
    await pass(GATHER_MS - 1);
    expect(heard).toEqual([1]);
    await pass(1);
    expect(heard).toEqual([1, 2]);
    expect(hub.rows('all').find(({ id }) => id === 'gate-1')?.alerts).toBe(9);
  });

  test('an operator’s act does not wait', async () => {
    const heard: LiveChange[] = [];
    hub.listen('all', (one) => heard.push(one));
    change('gate-1', { alerts: 7 });
    hub.touch(['gate-1']);
    await pass(0);
    change('gate-2', { drift: true, alerts: 8 });
    hub.touch(['gate-3']);
    hub.touch(['gate-2'], ['sites'], true);
    await pass(0);
    expect(heard.map(({ rows: [row] }) => row?.id)).toEqual(['gate-1', 'gate-2']);
    expect(clock.waiting).toBe(0);
  });

  test('that is no change says nothing', async () => {
    const heard: LiveChange[] = [];
    hub.listen('all', (one) => heard.push(one));
    hub.touch(['gate-1']);
    await pass();
    expect(heard).toEqual([]);
    expect(hub.sequence).toBe(0);
  });

  test('is sent to nobody who may not see its site', async () => {
    const [row] = rows.values();
    const elsewhere = ['site-x'];
    const heard: LiveChange[] = [];
    hub.listen(elsewhere, (one) => heard.push(one));
    change(row?.id ?? '', { drift: !row?.drift });
    hub.touch([row?.id ?? ''], [`gate:${row?.id}`, `site:${row?.siteId}`]);
    await pass();
    expect(heard).toEqual([]);
    expect(hub.rows(elsewhere)).toEqual([]);
    expect(hub.summary(elsewhere)).toMatchObject({ gates: 0, alerts: 0 });
    expect(hub.since(0, elsewhere)).toEqual([]);
  });

  test('a kiosk that moves is gone for who sees only where it was', async () => {
    const [row] = rows.values();
    const heard: LiveChange[] = [];
    hub.listen([row?.siteId ?? ''], (one) => heard.push(one));
    change(row?.id ?? '', { siteId: 'site-x', siteName: 'Altrove' });
    hub.touch([row?.id ?? '']);
    await pass();
    expect(heard.map(({ gone }) => gone)).toEqual([[row?.id]]);
    expect(hub.rows(['site-x'])).toHaveLength(1);
  });

  test('a kiosk that is no more is gone', async () => {
    const heard: LiveChange[] = [];
    hub.listen('all', (one) => heard.push(one));
    rows.delete('gate-7');
    hub.touch(['gate-7']);
    await pass();
    expect(heard[0]?.gone).toEqual(['gate-7']);
    expect(heard[0]?.summary.gates).toBe(49);
  });

  test('the id of a removed kiosk goes to nobody of another site, now or later', async () => {
    const [row] = rows.values();
    const id = row?.id ?? '';
    const heard: LiveChange[] = [];
    hub.listen(['site-x'], (one) => heard.push(one));
    rows.delete(id);
    hub.touch([id], [`gate:${id}`, 'activity']);
    await pass();
    expect(heard.map(({ gone, topics }) => ({ gone, topics }))).toEqual([
      { gone: [], topics: ['activity'] },
    ]);
    expect(JSON.stringify(hub.since(0, ['site-x']))).not.toContain(id);
    expect(hub.since(0, [row?.siteId ?? ''])?.map(({ gone }) => gone)).toEqual([[id]]);
  });

  test('is read again after a fault of the database', async () => {
    const heard: LiveChange[] = [];
    hub.listen('all', (one) => heard.push(one));
    change('gate-3', { alerts: 9 });
    fails = true;
    hub.touch(['gate-3'], ['alerts']);
    await pass();
    expect(heard).toEqual([]);
    fails = false;
    hub.touch(['gate-4']);
    await pass();
    expect(heard[0]?.rows.map(({ id }) => id)).toEqual(['gate-3']);
    expect(heard[0]?.topics).toEqual(['alerts']);
  });
});

describe('a page that comes back', () => {
  test('gets what it missed', async () => {
    for (const alerts of [7, 8, 9]) {
      change('gate-1', { alerts });
      hub.touch(['gate-1']);
      await pass();
    }
    expect(hub.since(1, 'all')?.map(({ sequence }) => sequence)).toEqual([2, 3]);
    expect(hub.since(3, 'all')).toEqual([]);
    expect(hub.since(4, 'all')).toBeUndefined();
  });

  test('after too many changes has to start over', async () => {
    for (let alerts = 1; alerts <= KEPT_CHANGES_MAX + 5; alerts += 1) {
      change('gate-1', { alerts: 100 + alerts });
      hub.touch(['gate-1']);
      await pass();
    }
    expect(hub.since(4, 'all')).toBeUndefined();
    expect(hub.since(5, 'all')).toHaveLength(KEPT_CHANGES_MAX);
  });
});
