import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Commands } from '../../../../device/remote/commands/commands.ts';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import { freePort } from '../../../../scripts/launch/free-port.ts';
import type { NewCommand } from '../../../../server/fleet/commands/commands.ts';
import { generateKeyringFile, Keyring } from '../../../../server/keys/keyring.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { systemClock } from '../../../../shared/clock.ts';
import {
  administrator,
  enrolRequest,
  type FleetApp,
  makeSite,
  startFleetApp,
} from '../../../support/fleet-app.ts';
import { newPair, TestLink } from '../../../support/link-events.ts';

const program = fileURLToPath(new URL('../../../support/fleet-node.ts', import.meta.url));
const file = generateKeyringFile(0);

let postgres: Postgres;
let database: string;
let store: Store;
/** Where the operator sits: another node, which has no kiosk. */
let desk: FleetApp;
let gates: string[];

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.createDatabase();
  store = await openStore(database);
  desk = await startFleetApp(store, { keyring: new Keyring(file), node: 'desk' });
  gates = await makeSite(desk.app, 'torino', 3);
});
afterAll(async () => {
  await desk.app.stop();
  await store.close();
  await postgres.stop();
});

/** The server that the kiosk is connected to: the same node, on the same port, each time it starts. */
class Node {
  #child: ChildProcess | undefined;
  readonly #port: number;

  constructor(port: number) {
    this.#port = port;
  }

  async start(): Promise<string> {
    const args = [database, JSON.stringify(file), 'node-a', String(this.#port)];
    this.#child = fork(program, args, { execArgv: ['--import', 'tsx'] });
    const [url] = (await once(this.#child, 'message')) as [string];
    return url;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      const [, signal] = await once(child, 'exit');
      expect(signal).toBe('SIGKILL');
    }
  }
}

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) {
    await step();
  }
});

/** A gate's kiosk: its real link and its real commands; what it does with its hands is counted. */
async function startKiosk(url: string, gate: string) {
  const { privateKey, publicKey } = newPair();
  const [code] = await desk.app.fleet.enrolment.createCodes(administrator, [gate]);
  const request = enrolRequest(code?.code ?? '', publicKey);
  const outcome = await desk.app.fleet.state.enrol(request, { address: '127.0.0.1' });
  const kioskId = outcome.ok ? outcome.answer.kioskId : '';
  const hands = { tests: 0, blinks: 0, openings: 0 };
  const waits = new Waits();
  const link = new TestLink({ url: `${url.replace('http', 'ws')}/link`, privateKey, kioskId });
  const commands = new Commands({
    gate: {
      phase: () => ({ name: 'idle' }),
      signal: (signal: string) => {
        hands.blinks += signal === 'read' ? 1 : 0;
      },
      async selfTest() {
        hands.tests += 1;
        await waits.here();
        return [{ part: 'clock', result: 'passed' }];
      },
      async open() {
        hands.openings += 1;
        await waits.here();
      },
    } as unknown as ConstructorParameters<typeof Commands>[0]['gate'],
    link: link.link,
    clock: systemClock,
    log: { info: () => {}, warn: () => {} },
  });
  const heard: string[] = [];
  let isSlow = false;
  link.start({
    up: () => commands.linkUp(),
    async command(id, command) {
      heard.push(id);
      const answer = commands.execute(id, command);
      if (isSlow) {
        isSlow = false;
        await waits.here();
      }
      return answer;
    },
  });
  undo.push(() => {
    commands.stop();
    link.link.stop();
  });
  await link.next('up');
  return {
    link,
    hands,
    waits,
    heard,
    answersSlowly: () => {
      isSlow = true;
    },
  };
}

/** A place where the kiosk waits until the test lets it go on. */
class Waits {
  #arrived = () => {};
  #go = () => {};
  readonly arrival = new Promise<void>((resolve) => {
    this.#arrived = resolve;
  });
  readonly #gone = new Promise<void>((resolve) => {
    this.#go = resolve;
  });

  async here(): Promise<void> {
    this.#arrived();
    await this.#gone;
  }

  end(): void {
    this.#go();
  }
}

async function send(gate: string, command: NewCommand['command']): Promise<string> {
  const given = { filter: { gates: [gate] }, command, reason: 'prova' };
  const [row] = await desk.app.fleet.commands.send(administrator, given);
  return row?.id ?? '';
}

const stateOf = async (id: string) => {
  const { state, result } = await desk.app.fleet.commands.get(administrator, id);
  return { state, code: result?.code, hasContent: result?.content !== undefined };
};

test('killed while a command runs: it runs once, and its end is reported after the reconnection', async () => {
  const node = new Node(await freePort());
  const url = await node.start();
  undo.push(() => node.kill());
  const kiosk = await startKiosk(url, gates[0] ?? '');
  const id = await send(gates[0] ?? '', { name: 'selfTest' });
  await expect.poll(() => stateOf(id), { timeout: 10_000 }).toMatchObject({ state: 'running' });
  await node.kill();
  await kiosk.link.next('down');
  // It ends while there is nobody to tell it to.
  kiosk.waits.end();
  await node.start();
  await kiosk.link.next('up');
  await expect
    .poll(() => stateOf(id), { timeout: 20_000 })
    .toEqual({ state: 'done', code: undefined, hasContent: true });
  expect(kiosk.hands.tests).toBe(1);
}, 60_000);

test('killed before the answer to a command came: it is asked for again, and not done again', async () => {
  const node = new Node(await freePort());
  const url = await node.start();
  undo.push(() => node.kill());
  const kiosk = await startKiosk(url, gates[1] ?? '');
  kiosk.answersSlowly();
  const id = await send(gates[1] ?? '', { name: 'identify', seconds: 1 });
  await kiosk.waits.arrival;
  expect(await stateOf(id)).toMatchObject({ state: 'sent' });
  await node.kill();
  await kiosk.link.next('down');
  kiosk.waits.end();
  await node.start();
  await kiosk.link.next('up');
  await expect.poll(() => stateOf(id), { timeout: 20_000 }).toMatchObject({ state: 'done' });
  expect(kiosk.heard).toEqual([id, id]);
  // Of one second, lit every other half: a second time would be seen.
  expect(kiosk.hands.blinks).toBe(1);
}, 60_000);

test('killed while a gate is being opened: it is never opened again, and says that nobody knows', async () => {
  const node = new Node(await freePort());
  const url = await node.start();
  undo.push(() => node.kill());
  const kiosk = await startKiosk(url, gates[2] ?? '');
  const id = await send(gates[2] ?? '', { name: 'openOnce', reason: 'carrozzina' });
  await kiosk.waits.arrival;
  await node.kill();
  await kiosk.link.next('down');
  kiosk.waits.end();
  await node.start();
  await kiosk.link.next('up');
  await expect
    .poll(() => stateOf(id), { timeout: 20_000 })
    .toMatchObject({ state: 'timedOut', code: 'closed' });
  expect(kiosk.hands.openings).toBe(1);
  expect(kiosk.heard).toEqual([id]);
}, 60_000);
