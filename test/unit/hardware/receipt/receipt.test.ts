import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Health } from '../../../../hardware/ports.ts';
import { encodeText, parseStatus, receiptBytes } from '../../../../hardware/receipt/escpos.ts';
import { type Receipt, receiptLines } from '../../../../hardware/receipt/receipt.ts';
import {
  escposConfigSchema,
  openEscposPrinter,
  type PrinterPort,
} from '../../../../hardware/receipt/serial-printer.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';

const receipt: Receipt = {
  words: {
    heading: 'Ricevuta',
    outcome: 'Ingresso gratuito',
    policy: 'Regola',
    gate: 'Varco',
    time: 'Ora',
    number: 'Numero della ricevuta',
  },
  policyTitle: 'DM 507/1997, art. 4: la città è per tutti',
  gateName: 'Ingresso nord',
  timeText: '22/11/2026 21:15',
  receiptNumber: 'R7K2-90QX',
};

const hex = (bytes: Iterable<number>) => Buffer.from([...bytes]).toString('hex');

test.each([
  ['è', '8a'],
  ['€', 'd5'],
  ['č', '63'],
  ['œ', '6f65'],
  ['’', '27'],
  ['\u001b@', '3f40'],
  ['\n', '3f'],
  ['日', '3f'],
])('%j is printed as %s', (text, bytes) => {
  expect(hex(encodeText(text))).toBe(bytes);
});

test('a receipt: reset, code page, large outcome, its number, its QR, feed and cut', () => {
  const bytes = hex(receiptBytes(receiptLines(receipt), 32));
  expect(bytes.startsWith('1b401b7413')).toBe(true);
  expect(bytes.endsWith('1b64041d564200')).toBe(true);
  expect(bytes).toContain(`1d2111${hex(encodeText('Ingresso'))}`);
  const data = encodeText('R7K2-90QX');
  expect(bytes).toContain(`1d286b${hex([data.length + 3, 0, 0x31, 0x50, 0x30, ...data])}`);
});

test('whatever the text, only our own commands reach the printer, and lines fit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (text) => {
      const bytes = [...receiptBytes([{ kind: 'text', text }], 32)].slice(5 + 6, -7);
      for (const line of bytes.slice(0, -1).join(',').split(',10,')) {
        const codes = line === '' ? [] : line.split(',').map(Number);
        expect(codes.every((code) => code >= 0x20)).toBe(true);
      }
    }),
  );
});

test('a receipt has at most 64 lines', () => {
  const lines = Array.from({ length: 64 }, () => ({ kind: 'rule' as const }));
  expect(receiptBytes(lines, 32).length).toBeGreaterThan(64 * 32);
  expect(() => receiptBytes([...lines, { kind: 'rule' }], 32)).toThrow(RangeError);
});

test('a receipt with personal data is refused', () => {
  const withIdentity = { ...receipt, codiceFiscale: 'RSSMRA85T10A562S' };
  const { printer } = rig();
  return expect(printer.print(withIdentity)).rejects.toThrow();
});

test.each([
  [2, 0x12, 'ready'],
  [2, 0x16, 'coverOpen'],
  [2, 0x32, 'paperOut'],
  [3, 0x32, 'fault'],
  [4, 0x1e, 'paperLow'],
  [4, 0x72, 'paperOut'],
  [4, 0x00, undefined],
  [4, 0xff, undefined],
] as const)('status %i %i is %s', (kind, byte, state) => {
  expect(parseStatus(kind, byte)).toBe(state);
});

/** A printer at the other end of a cable: answers status, keeps what it prints. */
class FakePrinter extends EventEmitter implements PrinterPort {
  isOpen = false;
  openFault: Error | undefined;
  deaf = false;
  mute = false;
  readonly status = new Map([
    [2, 0x12],
    [3, 0x12],
    [4, 0x12],
  ]);
  printed = Buffer.alloc(0);
  open(opened: (error: Error | null) => void) {
    this.isOpen = this.openFault === undefined;
    opened(this.openFault ?? null);
  }
  close(closed: (error: Error | null) => void) {
    this.isOpen = false;
    closed(null);
  }
  write(bytes: Uint8Array, written: (error: Error | null) => void) {
    if (this.deaf) {
      return;
    }
    if (bytes[0] === 0x10) {
      const answer = this.status.get(bytes[2] ?? 0) ?? 0;
      if (!this.mute) {
        setImmediate(() => this.emit('data', Uint8Array.from([answer])));
      }
    } else {
      this.printed = Buffer.concat([this.printed, bytes]);
    }
    written(null);
  }
}

function rig() {
  const clock = new ManualClock();
  const ports: FakePrinter[] = [];
  const health: Health[] = [];
  let pull = () => {};
  const next = new FakePrinter();
  const printer = openEscposPrinter(
    escposConfigSchema.parse({ driver: 'escpos', path: '/dev/ttyFAKE' }),
    {
      clock,
      random: () => 0,
      port: async () => {
        const port = ports.length === 0 ? next : new FakePrinter();
        ports.push(port);
        return port;
      },
      watch: (_path, gone) => {
        pull = gone;
        return () => {};
      },
    },
  );
  const start = () => printer.start({ health: (report) => health.push(report) });
  return { clock, ports, health, printer, start, first: next, pull: () => pull() };
}

/** Lets answers by `setImmediate` arrive. */
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

describe('a printer on a cable', () => {
  test('prints after its status was asked for', async () => {
    const { printer, start, first, health, clock } = rig();
    await start();
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    await printer.print(receipt);
    expect(first.printed.equals(Buffer.from(receiptBytes(receiptLines(receipt), 32)))).toBe(true);
    await printer.stop();
    expect(clock.pending).toBe(0);
  });

  test.each([
    [4, 0x72, 'paperOut', 'paperOut'],
    [2, 0x16, 'coverOpen', 'coverOpen'],
    [3, 0x32, 'printerFault', 'fault'],
  ])(
    'status %i=%i: %s, nothing is printed, and it is reported',
    async (what, byte, code, reason) => {
      const { printer, start, first, health } = rig();
      await start();
      first.status.set(what, byte);
      await expect(printer.print(receipt)).rejects.toMatchObject({ code });
      expect(first.printed).toHaveLength(0);
      expect(health.at(-1)).toMatchObject({ state: 'failing', reason });
      first.status.set(what, 0x12);
      await printer.print(receipt);
      expect(health.at(-1)).toMatchObject({ state: 'ready' });
    },
  );

  test('a printer that never answers is taken as ready', async () => {
    const { printer, start, first, clock } = rig();
    first.mute = true;
    const starting = start();
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      clock.advance(300);
    }
    await starting;
    const printing = printer.print(receipt);
    for (let turn = 0; turn < 3; turn++) {
      await settle();
      clock.advance(300);
    }
    await printing;
    expect(first.printed.length).toBeGreaterThan(100);
  });

  test('a port that takes no bytes times out', async () => {
    const { printer, start, first, clock } = rig();
    await start();
    first.deaf = true;
    const printing = printer.print(receipt);
    await settle();
    clock.advance(5_000);
    await expect(printing).rejects.toMatchObject({ code: 'printerTimeout' });
  });

  test('two receipts at once: the second is refused', async () => {
    const { printer, start } = rig();
    await start();
    const printing = printer.print(receipt);
    await expect(printer.print(receipt)).rejects.toMatchObject({ code: 'printerBusy' });
    await printing;
  });

  test('pulled and plugged: reported, and it prints again', async () => {
    const { printer, start, health, ports, pull, clock } = rig();
    await start();
    pull();
    expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'unplugged' });
    await expect(printer.print(receipt)).rejects.toMatchObject({ code: 'printerLost' });
    clock.advance(1_000);
    await turns(10);
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    await printer.print(receipt);
    expect(ports[1]?.printed.length).toBeGreaterThan(100);
    await printer.stop();
  });

  test('absent at start: reported once, tried again, and no timer is left by stop', async () => {
    const { printer, start, first, health, clock } = rig();
    first.openFault = new Error('No such file or directory');
    await start();
    expect(health.at(-1)).toMatchObject({ state: 'lost' });
    await printer.stop();
    expect(clock.pending).toBe(0);
  });

  test('paper that runs out is reported before somebody wants a receipt', async () => {
    const { start, first, health, clock, printer } = rig();
    await start();
    first.status.set(4, 0x72);
    clock.advance(30_000);
    await turns(10);
    expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'paperOut' });
    await printer.stop();
  });
});
