import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { KioskRow } from '../../../../../server/fleet/view/kiosk-row.ts';
import {
  EventStream,
  sequenceOf,
  WAITING_BYTES_MAX,
} from '../../../../../server/web/fleet/event-stream.ts';
import { GATHER_MS, LiveHub } from '../../../../../server/web/fleet/live-hub.ts';
import { kioskRows } from '../../../../support/fleet/kiosk-rows.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

/** What a browser would read. */
class Reader extends EventEmitter {
  text = '';
  writableLength = 0;
  ended = false;
  destroyed = false;

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }

  names(): string[] {
    return [...this.text.matchAll(/^event: (\w+)$/gm)].map(([, name = '']) => name);
  }
}

let clock: VirtualClock;
let rows: Map<string, KioskRow>;
let hub: LiveHub;
let may: boolean;

beforeEach(async () => {
  clock = new VirtualClock();
  may = true;
  rows = new Map(kioskRows(5).map((row) => [row.id, row]));
  hub = new LiveHub({
    readRows: async (ids) => (ids ? ids.flatMap((id) => rows.get(id) ?? []) : [...rows.values()]),
    alertsBesideGates: (scope) => (scope === 'all' ? 2 : 0),
    clock,
    log: pino({ level: 'silent' }),
    run: 'run',
  });
  await hub.start();
});

function open(
  lastId: string | undefined,
  withRows = true,
): { reader: Reader; stream: EventStream } {
  const reader = new Reader();
  const response = reader as unknown as ServerResponse;
  const stream = new EventStream(
    response,
    { hub, clock, stillMay: async () => may },
    { rows: withRows },
  );
  stream.start('all', lastId);
  return { reader, stream };
}

async function happen(alerts: number): Promise<void> {
  rows.set('gate-1', { ...(rows.get('gate-1') as KioskRow), alerts });
  hub.touch(['gate-1'], ['alerts']);
  clock.advance(GATHER_MS);
  await hub.settle();
}

describe('a stream', () => {
  test('beats once a second, and no more once it has ended', () => {
    const { reader, stream } = open(undefined);
    clock.advance(3_000);
    expect(reader.names()).toEqual(['beat', 'beat', 'beat', 'beat']);
    stream.end();
    clock.advance(3_000);
    expect(reader.names()).toHaveLength(4);
    expect(reader.ended).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test('sends what was missed since the last id, then what happens', async () => {
    await happen(7);
    await happen(8);
    const { reader } = open('run.1');
    await happen(9);
    const ids = [...reader.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
    expect(ids).toEqual(['run.2', 'run.3']);
  });

  test('makes a page of another run start over', () => {
    expect(open('other.4').reader.names()).toEqual(['reset', 'beat']);
  });

  test('without a table has the topics and the summary, and no row', async () => {
    const { reader } = open(undefined, false);
    await happen(7);
    const data = /^event: change\ndata: (.*)$/m.exec(reader.text)?.[1] ?? '{}';
    expect(JSON.parse(data)).toMatchObject({ rows: [], topics: ['alerts'], summary: { gates: 5 } });
  });

  test('ends when its session has', async () => {
    const { reader } = open(undefined);
    may = false;
    for (let second = 0; second < 15; second += 1) {
      clock.advance(1_000);
      await Promise.resolve();
    }
    expect(reader.ended).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test('lets go of a page that does not read', () => {
    const { reader } = open(undefined);
    reader.writableLength = WAITING_BYTES_MAX + 1;
    clock.advance(1_000);
    expect(reader.destroyed).toBe(true);
    expect(clock.waiting).toBe(0);
  });
});

test.each([
  ['run.12', 12],
  ['run.', undefined],
  ['other.12', undefined],
  ['run.-1', undefined],
  ['run.1e3', undefined],
  [undefined, undefined],
])('an id %j is the sequence %j', (id, sequence) => {
  expect(sequenceOf(id, 'run')).toBe(sequence);
});
