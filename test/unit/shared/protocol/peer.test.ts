import { beforeEach, describe, expect, test } from 'vitest';
import { CallError } from '../../../../shared/protocol/call-error.ts';
import { FRAME_LENGTH_MAX } from '../../../../shared/protocol/frame.ts';
import { defaultPeerLimits, Peer } from '../../../../shared/protocol/peer.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const requestId = '3b241101-e2bb-4255-8caf-4136c566a962';
const verify = { requestId, credentialId: '0'.repeat(32), codiceFiscale: 'RSSMRA80A01H501U' };
const answer = { verdict: { outcome: 'granted' as const, companion: false }, decidedAt: 1 };

let clock: VirtualClock;
let sent: unknown[][];
let handled: number;
let release: () => void;

function makePeer(limits = defaultPeerLimits): Peer {
  return new Peer({
    clock,
    limits,
    send: (text) => sent.push(JSON.parse(text)),
    handlers: {
      Verify: async () => {
        handled += 1;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return answer;
      },
      Status: () => {
        throw new CallError('unavailable', 'the store is away');
      },
      Boot: () => {
        throw new Error('a secret that must not leave');
      },
    },
  });
}

beforeEach(() => {
  clock = new VirtualClock();
  sent = [];
  handled = 0;
  release = () => {};
});

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('calls of theirs', () => {
  test('are answered', async () => {
    makePeer().receive(JSON.stringify([2, '5', 'Verify', verify]));
    release();
    await settle();
    expect(sent).toEqual([[3, '5', answer]]);
  });

  const status = { state: 'inService', peripherals: {} };
  const refused: [string, string, unknown[]][] = [
    ['not a frame', 'hello', [4, '', 'formatViolation', {}]],
    ['a frame too large', ' '.repeat(FRAME_LENGTH_MAX + 1), [4, '', 'tooLarge', {}]],
    ['an unknown action', '[2,"1","Destroy",{}]', [4, '1', 'unknownAction', {}]],
    ['an inherited name', '[2,"1","toString",{}]', [4, '1', 'unknownAction', {}]],
    ['an action without handler', '[2,"1","Challenge",{}]', [4, '1', 'unknownAction', {}]],
    [
      'a payload of another shape, without its values',
      JSON.stringify([2, '1', 'Verify', { ...verify, codiceFiscale: 'SECRET' }]),
      [4, '1', 'payloadInvalid', { fields: ['codiceFiscale'] }],
    ],
    [
      'a failure of a handler, by its code',
      JSON.stringify([2, '1', 'Status', status]),
      [4, '1', 'unavailable', {}],
    ],
    [
      'a fault of a handler, without its message',
      JSON.stringify([2, '1', 'Boot', { software: 'x', startedAt: 0 }]),
      [4, '1', 'internal', {}],
    ],
  ];
  test.each(refused)('%s is refused and the connection lives', async (_name, text, expected) => {
    const peer = makePeer();
    peer.receive(text);
    await settle();
    expect(sent).toEqual([expected]);
    peer.receive(JSON.stringify([2, '9', 'Verify', verify]));
    release();
    await settle();
    expect(sent[1]).toEqual([3, '9', answer]);
  });

  test('beyond the bound at once are answered busy', async () => {
    const peer = makePeer({ ...defaultPeerLimits, handledAtOnceMax: 2 });
    for (const id of ['1', '2', '3']) {
      peer.receive(JSON.stringify([2, id, 'Verify', verify]));
    }
    await settle();
    expect(handled).toBe(2);
    expect(sent).toEqual([[4, '3', 'busy', {}]]);
  });

  test('beyond the rate are answered busy, and time makes it good', async () => {
    const peer = makePeer({ ...defaultPeerLimits, messagesBurst: 2, messagesPerSecond: 1 });
    for (let index = 0; index < 3; index += 1) {
      peer.receive('[2,"1","Destroy",{}]');
    }
    await settle();
    expect(sent.map((frame) => frame[2])).toEqual(['unknownAction', 'unknownAction', 'busy']);
    clock.advance(1_000);
    peer.receive('[2,"1","Destroy",{}]');
    await settle();
    expect(sent.at(-1)?.[2]).toBe('unknownAction');
  });
});

describe('calls of ours', () => {
  test('get their answer', async () => {
    const peer = makePeer();
    const call = peer.call('Verify', verify, { timeoutMs: 1_000 });
    expect(sent[0]?.slice(0, 3)).toEqual([2, '1', 'Verify']);
    peer.receive(JSON.stringify([3, '1', answer]));
    await expect(call).resolves.toEqual(answer);
    expect(clock.waiting).toBe(0);
  });

  const failures: [string, (peer: Peer) => void, string][] = [
    ['an answer of no schema', (peer) => peer.receive('[3,"1",{"yes":true}]'), 'answerInvalid'],
    ['a failure', (peer) => peer.receive('[4,"1","unavailable",{}]'), 'unavailable'],
    ['a failure with a code nobody knows', (peer) => peer.receive('[4,"1","x",{}]'), 'internal'],
    ['silence', () => clock.advance(1_000), 'timeout'],
    ['a connection lost', (peer) => peer.close(), 'closed'],
  ];
  test.each(failures)('fail for %s', async (_name, happen, code) => {
    const peer = makePeer();
    const call = peer.call('Verify', verify, { timeoutMs: 1_000 });
    happen(peer);
    await expect(call).rejects.toMatchObject({ code });
    expect(clock.waiting).toBe(0);
  });

  test('are bounded, and a late answer harms nobody', async () => {
    const peer = makePeer({ ...defaultPeerLimits, callsWaitingMax: 0 });
    const first = peer.call('Verify', verify, { timeoutMs: 1_000 });
    const second = peer.call('Verify', verify, { timeoutMs: 1_000 });
    await expect(second).rejects.toMatchObject({ code: 'busy' });
    clock.advance(1_000);
    await expect(first).rejects.toMatchObject({ code: 'timeout' });
    peer.receive(JSON.stringify([3, '1', answer]));
    peer.close();
    await expect(peer.call('Verify', verify, { timeoutMs: 1 })).rejects.toMatchObject({
      code: 'closed',
    });
  });

  test('go one at a time in each lane, and no lane waits for another', async () => {
    const peer = makePeer();
    const calls = [1, 2].map(() => peer.call('Verify', verify, { timeoutMs: 1_000 }));
    const head = peer.call('ListHead', {}, { timeoutMs: 1_000 });
    const actionsSent = () => sent.map(([, id, action]) => `${id} ${action}`);
    expect(actionsSent()).toEqual(['1 Verify', '3 ListHead']);
    peer.receive(JSON.stringify([3, '3', { status: 'current' }]));
    await expect(head).resolves.toEqual({ status: 'current' });
    peer.receive(JSON.stringify([3, '1', answer]));
    await expect(calls[0]).resolves.toEqual(answer);
    expect(actionsSent()).toEqual(['1 Verify', '3 ListHead', '2 Verify']);
    peer.receive(JSON.stringify([3, '2', answer]));
    await expect(calls[1]).resolves.toEqual(answer);
    expect(clock.waiting).toBe(0);
  });

  test('that give up in the queue are never sent, and those behind them are', async () => {
    const peer = makePeer();
    const [first, second, third] = [100, 50, 1_000].map((timeoutMs) =>
      peer.call('Verify', verify, { timeoutMs }),
    );
    clock.advance(50);
    await expect(second).rejects.toMatchObject({ code: 'timeout' });
    clock.advance(50);
    await expect(first).rejects.toMatchObject({ code: 'timeout' });
    expect(sent.map(([, id]) => id)).toEqual(['1', '3']);
    peer.close();
    await expect(third).rejects.toMatchObject({ code: 'closed' });
    expect(sent).toHaveLength(2);
  });
});

describe('a flood', () => {
  test('is answered in part, reported once, and nothing of it is handled any more', async () => {
    let told = 0;
    const limits = {
      ...defaultPeerLimits,
      messagesBurst: 10,
      messagesPerSecond: 10,
      excessMax: 50,
    };
    const peer = new Peer({
      clock,
      limits,
      send: (text) => sent.push(JSON.parse(text)),
      handlers: {},
      flooded: () => {
        told += 1;
      },
    });
    for (let index = 0; index < 1_000; index += 1) {
      peer.receive('[2,"1","Destroy",{}]');
    }
    await settle();
    expect(told).toBe(1);
    expect(sent.length).toBeLessThanOrEqual(20);
  });

  test('is not what a hasty kiosk sends: the excess is forgotten at the rate', async () => {
    let told = 0;
    const limits = { ...defaultPeerLimits, messagesBurst: 1, messagesPerSecond: 10, excessMax: 5 };
    const peer = new Peer({
      clock,
      limits,
      send: () => {},
      handlers: {},
      flooded: () => {
        told += 1;
      },
    });
    for (let index = 0; index < 100; index += 1) {
      peer.receive('[2,"1","Destroy",{}]');
      peer.receive('[2,"1","Destroy",{}]');
      clock.advance(100);
    }
    expect(told).toBe(0);
  });
});
