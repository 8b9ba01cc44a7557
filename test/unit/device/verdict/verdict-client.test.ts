import { describe, expect, test } from 'vitest';
import type { ServerCalls } from '../../../../device/link/kiosk-link.ts';
import { type Question, VerdictClient } from '../../../../device/verdict/verdict-client.ts';
import { VarcoError } from '../../../../shared/errors.ts';
import type { DecidedFact, Fact } from '../../../../shared/fact.ts';
import { CallError } from '../../../../shared/protocol/call-error.ts';
import type { Verdict } from '../../../../shared/verdict.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';

const granted: Verdict = { outcome: 'granted', companion: false };
const fromList: Verdict = { outcome: 'granted', companion: true };
const noAnswer: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };
const BUDGET_MS = 800;
const ask: Question = {
  name: 'verify',
  requestId: 'r',
  credentialId: 'c',
  codiceFiscale: 'x',
  liveIssuedAt: 7,
};
const fact: DecidedFact = {
  kind: 'decided',
  requestId: 'r',
  policy: 'p',
  verdict: fromList,
  decidedAt: 1,
  clockTrust: 'synced',
};

interface Rig {
  server: () => Promise<Verdict>;
  hasList?: boolean;
  keep?: (fact: Fact) => Promise<void>;
  isLinkUp?: boolean;
}

/** A client between a server and a list that a test answers for. */
function rig({ server, hasList = true, keep = async () => {}, isLinkUp = true }: Rig) {
  const clock = new ManualClock();
  const calls: unknown[] = [];
  const kept: Fact[] = [];
  const logged: unknown[] = [];
  let decided = 0;
  const call = async (name: string, request: object, timeoutMs: number) => {
    calls.push([name, request, timeoutMs]);
    return { verdict: await server() };
  };
  const client = new VerdictClient({
    link: { call: call as unknown as ServerCalls['call'] },
    list: hasList
      ? {
          decide: async () => {
            decided += 1;
            return fact;
          },
        }
      : undefined,
    budgetMs: BUDGET_MS,
    facts: {
      add: async (one) => {
        await keep(one);
        kept.push(one);
      },
    },
    clock,
    log: { info: () => {}, warn: (fields) => logged.push(fields.code) },
    answerMs: () => 3_000,
    isLinkUp: () => isLinkUp,
  });
  return { client, clock, calls, kept, logged, decided: () => decided };
}

const always = () => true;
const refuse = (code: ConstructorParameters<typeof CallError>[0]) => () =>
  Promise.reject(new CallError(code, 'x'));

describe('the server', () => {
  test('answers in time: the list is not asked, and no timer is left', async () => {
    const { client, clock, calls, decided } = rig({ server: async () => granted });
    expect(await client.answer(ask, always)).toEqual({ verdict: granted });
    const request = { requestId: 'r', credentialId: 'c', codiceFiscale: 'x', liveIssuedAt: 7 };
    expect(calls).toEqual([['Verify', request, 3_000]]);
    expect([clock.pending, decided()]).toEqual([0, 0]);
  });

  test('alone answers a one-time code, however long it takes', async () => {
    const { client, calls, decided } = rig({ server: refuse('closed') });
    const question: Question = {
      name: 'verifyCode',
      requestId: 'r',
      credentialId: 'c',
      code: '123456',
    };
    expect(await client.answer(question, always)).toEqual({ verdict: noAnswer });
    expect(calls).toEqual([
      ['VerifyCode', { requestId: 'r', credentialId: 'c', code: '123456' }, 3_000],
    ]);
    expect(decided()).toBe(0);
  });

  test('refuses: the list never answers in its stead', async () => {
    const { client, logged, decided } = rig({ server: refuse('payloadInvalid') });
    expect(await client.answer(ask, always)).toEqual({ verdict: noAnswer });
    expect([logged, decided()]).toEqual([['payloadInvalid'], 0]);
  });
});

describe('the list', () => {
  test.each(['closed', 'unavailable', 'timeout', 'busy', 'internal'] as const)(
    'answers a server that is %s, and the fact is kept first',
    async (code) => {
      const { client, kept } = rig({ server: refuse(code) });
      expect(await client.answer(ask, always)).toEqual({ verdict: fromList, source: 'list' });
      expect(kept).toEqual([fact]);
    },
  );

  test('answers once the budget is spent, and a late answer changes nothing', async () => {
    let late: (verdict: Verdict) => void = () => {};
    const server = () => new Promise<Verdict>((resolve) => (late = resolve));
    const { client, clock, decided } = rig({ server });
    const answer = client.answer(ask, always);
    await settle();
    clock.advance(BUDGET_MS - 1);
    await settle();
    expect(decided()).toBe(0);
    clock.advance(1);
    late(granted);
    expect(await answer).toEqual({ verdict: fromList, source: 'list' });
  });

  test('gives no verdict whose fact can’t be kept', async () => {
    const keep = () => Promise.reject(new VarcoError('outboxFull', 'full'));
    const { client, logged } = rig({ server: refuse('closed'), keep });
    expect(await client.answer(ask, always)).toEqual({ verdict: noAnswer });
    expect(logged).toEqual(['outboxFull']);
  });

  test('makes no fact of an answer that nobody waits for', async () => {
    const { client, kept } = rig({ server: refuse('closed') });
    await client.answer(ask, () => false);
    expect(kept).toEqual([]);
  });
});

test.each([
  [true, 2],
  [false, 0],
])('questions without an answer count while the link is up (%s)', async (isLinkUp, count) => {
  const { client } = rig({ server: refuse('timeout'), hasList: false, isLinkUp });
  await client.answer(ask, always);
  await client.answer(ask, always);
  expect(client.unanswered).toBe(count);
  expect(client.counts.unconfirmed).toBe(2);
});

test('an answer ends the row of unanswered questions', async () => {
  let isThere = false;
  const server = () => (isThere ? Promise.resolve(granted) : refuse('timeout')());
  const { client } = rig({ server, hasList: false });
  await client.answer(ask, always);
  isThere = true;
  await client.answer(ask, always);
  expect(client.unanswered).toBe(0);
});
