import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { seededRandom } from '../../../scripts/demo/seeded-random.ts';
import { type DemoService, startService } from '../../../scripts/demo/service.ts';
import { Stage } from '../../../scripts/demo/stage.ts';
import { FRAME } from '../../../scripts/demo/tray-messages.ts';
import { filesHolding } from '../../support/canary.ts';
import { Waiter } from '../../support/waiter.ts';

/** 500 sessions and 20 kills by VARCO_SWEEP=500; the suite runs few. */
const SESSIONS = Number(process.env.VARCO_SWEEP ?? 8);
const KILLS = Math.max(2, Math.round(SESSIONS / 25));
const SEED = 6;

const kioskProcess = fileURLToPath(
  new URL('../../support/kiosk/sweep-process.ts', import.meta.url),
);
const cameraProcess = fileURLToPath(
  new URL('../../../hardware/simulated/camera-process.ts', import.meta.url),
);

let undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.reverse()) {
    await step();
  }
  undo = [];
});

/** A kiosk's process and what it tells. */
class Swept {
  readonly phases = new Waiter<string>();
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (phase) => this.phases.push(String(phase)));
  }

  press(key: object): void {
    this.#child.send(key);
  }

  type(text: string): void {
    for (const character of text) {
      this.press({ kind: 'character', character });
    }
  }

  until(...names: string[]): Promise<string> {
    return this.phases.next((name) => names.includes(name));
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill(signal);
      await gone;
    }
  }
}

async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), 'varco-sweep-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const server = join(folder, 'server');
  const kiosk = join(folder, 'kiosk');
  await Promise.all([server, kiosk].map((path) => mkdir(path)));
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const keyFile = join(folder, 'kiosk.key');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const service = await startService({
    folder: server,
    kioskId: 'sweep',
    publicKey,
    offline: false,
  });
  undo.push(() => service.stop());
  const socket = join(folder, 'camera.sock');
  const stage = new Stage(socket, SEED);
  await stage.start();
  undo.push(() => stage.stop());
  const start = async (): Promise<Swept> => {
    const camera = [process.execPath, '--import', 'tsx', cameraProcess, socket];
    const setup = { folder: kiosk, camera, frame: FRAME, url: service.linkUrl, keyFile };
    const swept = new Swept(
      fork(kioskProcess, [JSON.stringify(setup)], {
        execArgv: ['--import', 'tsx'],
        env: { ...process.env, TMPDIR: kiosk, HOME: kiosk },
      }),
    );
    undo.push(() => swept.end('SIGKILL'));
    await swept.until('idle');
    return swept;
  };
  return { service, stage, kiosk, start };
}

/** What a person does at one gate; where it is killed, the session is cut there. */
type Course = 'whole' | 'wrongCode' | 'leaves' | 'killedTyping' | 'killedShowing';

async function session(
  swept: Swept,
  stage: Stage,
  people: DemoService['people'],
  course: Course,
  who: number,
) {
  const person = people[who % people.length];
  const other = people[(who + 1) % people.length];
  await stage.present(person?.credential ?? '');
  await swept.until('entering');
  stage.clear();
  const code = (course === 'wrongCode' ? other : person)?.codiceFiscale ?? '';
  swept.type(course === 'leaves' || course === 'killedTyping' ? code.slice(0, 13) : code);
  if (course === 'killedTyping') {
    await swept.until('entering');
    return swept.end('SIGKILL');
  }
  if (course !== 'leaves') {
    swept.press({ kind: 'confirm' });
    await swept.until('showing');
    if (course === 'killedShowing') {
      return swept.end('SIGKILL');
    }
  }
  swept.press({ kind: 'end' });
  await swept.until('idle');
  // The next person's code must not be taken for one that never left the view.
  await stage.untilFramesShown(25);
}

/** Verdicts in any form that a log may give them; the words themselves are in no file of a kiosk. */
const verdictWords = ['"outcome":"', 'notCovered', 'notRecognised', 'notInArchive', 'otpRequired'];

test(
  `after ${SESSIONS} sessions, ${KILLS} of them killed, nothing of anybody is in what was written`,
  async () => {
    const { service, stage, kiosk, start } = await prepare();
    const random = seededRandom(SEED);
    let swept = await start();
    for (let index = 0; index < SESSIONS; index += 1) {
      const isKilled = index % Math.floor(SESSIONS / KILLS) === 1;
      const courses: Course[] = isKilled
        ? ['killedTyping', 'killedShowing']
        : ['whole', 'whole', 'wrongCode', 'leaves'];
      const course = courses[Math.floor(random() * courses.length)] ?? 'whole';
      await session(swept, stage, service.people, course, index);
      if (isKilled) {
        swept = await start();
      }
    }
    await swept.end('SIGTERM');
    const secrets = service.people.flatMap(({ codiceFiscale, credential }) => [
      codiceFiscale,
      codiceFiscale.slice(0, 13),
      credential,
      credential.slice(-40),
    ]);
    expect(await filesHolding(kiosk, secrets)).toEqual([]);
    // The loader's cache holds our own source, which names the verdicts; nothing else may.
    const verdicts = await filesHolding(kiosk, verdictWords);
    expect(verdicts.filter((found) => !found.includes('/tsx-'))).toEqual([]);
    // The search itself finds what is there.
    await writeFile(join(kiosk, 'leak'), `x${secrets[0]}x`);
    expect(await filesHolding(kiosk, secrets)).toHaveLength(2);
  },
  30_000 + SESSIONS * 5_000,
);
