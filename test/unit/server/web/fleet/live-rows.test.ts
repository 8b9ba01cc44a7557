import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KioskRow, summarise } from '../../../../../server/fleet/view/kiosk-row.ts';
import { wholeFleet } from '../../../../../server/web/fleet/kiosk-query.ts';
import type { LiveUpdate, Snapshot } from '../../../../../server/web/fleet/live-events.ts';
import { LiveRows, type RowSource } from '../../../../../server/web/fleet/live-rows.ts';
import { kioskRows } from '../../../../support/fleet/kiosk-rows.ts';

/** A server whose rows a test changes, and whose answers arrive when it says so. */
class Server implements RowSource {
  readonly rows = new Map(kioskRows(8).map((row) => [row.id, row]));
  sequence = 0;
  /** The run that the stream says; the snapshots are of `a`. */
  run = 'a';
  readonly loads: { snapshot: Snapshot; settle: (failed: boolean) => void }[] = [];
  #heard: (news: LiveUpdate) => void = () => {};

  load(): Promise<Snapshot> {
    return new Promise((resolve, reject) => {
      const { sequence } = this;
      const snapshot = { run: 'a', rows: [...this.rows.values()], sequence };
      const settle = (failed: boolean) => (failed ? reject(new Error('503')) : resolve(snapshot));
      this.loads.push({ snapshot, settle });
    });
  }

  listen(heard: (news: LiveUpdate) => void): () => void {
    this.#heard = heard;
    return () => {
      this.#heard = () => {};
    };
  }

  change(row: KioskRow): void {
    this.rows.set(row.id, row);
    this.#tell([row], []);
  }

  remove(id: string): void {
    this.rows.delete(id);
    this.#tell([], [id]);
  }

  /** The stream was cut and is back: what was said meanwhile is not said again. */
  lose(id: string): void {
    const row = this.rows.get(id);
    if (row) {
      this.sequence += 1;
      this.rows.set(id, { ...row, alerts: row.alerts + 1 });
    }
    this.#heard({ name: 'reset' });
  }

  #tell(rows: KioskRow[], gone: string[]): void {
    this.sequence += 1;
    const change = { sequence: this.sequence, rows, gone, topics: [], summary: summarise([]) };
    this.#heard({ name: 'change', run: this.run, change });
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

type Step = { act: 'change' | 'remove' | 'lose'; gate: number } | { act: 'answer'; load: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    act: fc.constantFrom('change' as const, 'remove' as const, 'lose' as const),
    gate: fc.nat(7),
  }),
  fc.record({ act: fc.constant('answer' as const), load: fc.nat(3) }),
);

test('a stream of another node than the snapshot’s: its numbers say nothing, its rows are taken', async () => {
  const server = new Server();
  server.sequence = 900;
  const live = new LiveRows(wholeFleet, server);
  const stop = live.start({ changed() {}, beat() {} });
  server.run = 'b';
  server.sequence = 3;
  const [row] = server.rows.values();
  server.change({ ...(row as KioskRow), alerts: 7 });
  server.loads[0]?.settle(false);
  await settled();
  expect(live.selected.find(({ id }) => id === row?.id)?.alerts).toBe(7);
  stop();
});

test('whatever order answers and news come in, the table ends as the server is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const server = new Server();
      const live = new LiveRows(wholeFleet, server);
      const stop = live.start({ changed() {}, beat() {} });
      const all = [...server.rows.keys()];
      for (const one of steps) {
        const id = all['gate' in one ? one.gate : 0] ?? '';
        const row = server.rows.get(id) ?? { ...(kioskRows(1)[0] as KioskRow), id };
        if (one.act === 'answer') {
          server.loads.splice(one.load, 1)[0]?.settle(false);
          await settled();
        } else if (one.act === 'change') {
          server.change({ ...row, alerts: row.alerts + 1 });
        } else if (one.act === 'remove') {
          server.remove(id);
        } else {
          server.lose(id);
        }
      }
      for (const load of server.loads.splice(0)) {
        load.settle(false);
      }
      await settled();
      const byId = (rows: Iterable<KioskRow>) =>
        [...rows].sort((one, other) => (one.id < other.id ? -1 : 1));
      expect(byId(live.selected)).toEqual(byId(server.rows.values()));
      expect(live.total).toBe(server.rows.size);
      stop();
    }),
    { numRuns: 500 },
  );
});
