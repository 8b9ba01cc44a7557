import { sealFact } from '../../../device/facts/seal.ts';
import { generateKeyringFile, Keyring } from '../../../server/keys/keyring.ts';
import { type Fact, factSchema } from '../../../shared/fact.ts';
import { buildDelta, buildFullList } from '../../../shared/offline-list/build-list.ts';
import { openList, sealList } from '../../../shared/offline-list/list-file.ts';
import { OfflineList } from '../../../shared/offline-list/offline-list.ts';
import { actions } from '../../../shared/protocol/actions.ts';
import {
  enrolAnswerSchema,
  enrolRequestSchema,
} from '../../../shared/protocol/enrolment-messages.ts';
import { formatFrame, parseFrame } from '../../../shared/protocol/frame.ts';
import { mergeStatus } from '../../../shared/protocol/kiosk-status.ts';
import {
  buildTools,
  keyOf,
  openTools,
  sha256,
  tableOf,
  terms,
} from '../../support/hands/list-tools.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutator.ts';
import {
  must,
  type Outcome,
  type ParserTargets,
  refusing,
  refusingLater,
} from './parser-target.ts';
import { wireSamples } from './wire-samples.ts';

const took = (value: unknown): Outcome => (value ? 'accepted' : 'refused');
const schemas = Object.entries(actions).flatMap(([name, { request, answer }]) => [
  { name: `${name} request`, schema: request },
  { name: `${name} answer`, schema: answer },
]);
const frames = [
  ...wireSamples.map((payload, index) =>
    formatFrame({ type: 'call', id: `id-${index}`, action: 'Verify', payload }),
  ),
  ...wireSamples.map((payload, index) =>
    formatFrame({ type: 'answer', id: `id-${index}`, payload }),
  ),
  formatFrame({ type: 'failure', id: '', code: 'busy', details: {} }),
];

const table = tableOf(
  Array.from(
    { length: 300 },
    (_, index) => [index, index % 3 === 0 ? 'denied' : 'allowed'] as const,
  ),
);
const later = tableOf(
  Array.from(
    { length: 310 },
    (_, index) => [index, index % 4 === 0 ? 'denied' : 'allowed'] as const,
  ),
);
const full = buildFullList(table, terms(), buildTools);
const delta = buildDelta({ table, version: 1 }, later, terms({ version: 2 }), buildTools);

const requestId = '0b6f0d3e-6f0c-4f0e-9b7b-1a2b3c4d5e6f';
const facts: Fact[] = [
  {
    kind: 'decided',
    requestId,
    clockTrust: 'synced',
    policy: 'dm507-art4',
    decidedAt: 1_790_000_000_000,
    verdict: { outcome: 'granted', companion: true },
    list: { epoch: 1, version: 2 },
  },
  { kind: 'passage', requestId, clockTrust: 'unset', passage: 'passed', at: 1_790_000_000_000 },
];

/** What comes over a network, and what was sealed or signed elsewhere. */
export const targets: ParserTargets = {
  'a frame of the link': {
    inputs: 120_000,
    open: () => (random) => {
      const input = mutateText(random, frames, ['[2,', '[3,', '"Verify"', '"Boot"']);
      return { input, parse: () => took(parseFrame(input).ok) };
    },
  },
  'a message of the link': {
    inputs: 100_000,
    open: () => (random) => {
      const { schema, name } = random.oneOf(schemas);
      const input = mutateJson(random, wireSamples);
      const both = { name, input };
      return { input: both, parse: () => took(schema.safeParse(input).success) };
    },
  },
  'a kiosk’s status, merged': {
    inputs: 40_000,
    open: () => (random) => {
      const schema = actions.Status.request;
      const status = wireSamples.filter((one) => schema.safeParse(one).success);
      const input = [mutateJson(random, status), mutateJson(random, status)];
      return {
        input,
        parse: () => {
          const [first, second] = input.map((one) => schema.safeParse(one));
          const known = first?.success ? mergeStatus(undefined, first.data) : undefined;
          return took(second?.success && mergeStatus(known, second.data));
        },
      };
    },
  },
  'an enrolment’s messages': {
    inputs: 40_000,
    open: () => (random) => {
      const input = mutateJson(random, wireSamples);
      return {
        input,
        parse: () =>
          took(
            enrolRequestSchema.safeParse(input).success ||
              enrolAnswerSchema.safeParse(input).success,
          ),
      };
    },
  },
  'an offline list’s bytes': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateBytes(random, [full, delta]);
      return {
        input,
        parse: () =>
          refusing(() => {
            const { header } = openList(input, openTools);
            must(header.version <= 2, 'a forged list');
          }),
      };
    },
  },
  'an offline list, rightly signed': {
    inputs: 30_000,
    open: () => {
      const base = OfflineList.fromFull(openList(full, openTools));
      return (random) => {
        const input = resigned(random);
        return { input, parse: () => refusing(() => useList(input, base)) };
      };
    },
  },
  'a sealed fact': {
    inputs: 8_000,
    open: async () => {
      const keyring = new Keyring(generateKeyringFile(0));
      const boxes = await Promise.all(facts.map((fact) => sealFact(fact, keyring.factsKey())));
      const samples = boxes.map(({ box }) => box);
      return (random) => {
        const input = mutateText(random, samples, ['..', 'eyJ', '.']);
        return {
          input,
          parse: () =>
            refusingLater(async () => {
              const text = await keyring.openFact(input);
              must(factSchema.safeParse(JSON.parse(text)).success, 'a forged fact');
            }),
        };
      };
    },
  },
  'a fact, once opened': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateJson(random, facts);
      return { input, parse: () => took(factSchema.safeParse(input).success) };
    },
  },
};

/** A list whose header or entries are not what a server would write, under a signature that holds. */
function resigned(random: Random): Uint8Array {
  const { header, body } = openList(random.oneOf([full, delta]), openTools);
  const damagedBody = random.once(2) ? mutateBytes(random, [body]) : body;
  try {
    const changed = mutateJson(random, [header]) as typeof header;
    return sealList({ ...changed, bodyHash: sha256(damagedBody) }, damagedBody, buildTools);
  } catch {
    // The header's schema refused it on the way out already: then the entries alone are wrong.
    return sealList({ ...header, bodyHash: sha256(damagedBody) }, damagedBody, buildTools);
  }
}

function useList(file: Uint8Array, base: OfflineList): void {
  const opened = openList(file, openTools);
  const list =
    opened.header.kind === 'full' ? OfflineList.fromFull(opened) : base.withDelta(opened);
  for (let number = 0; number < 20; number++) {
    list.stateOf(keyOf(number));
  }
}
