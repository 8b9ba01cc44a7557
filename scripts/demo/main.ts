/**
 * `npm run demo`: a server, a kiosk and five sample people on this machine, to try in a browser.
 * `npm run demo -- --fleet 40`: the same with a dashboard and forty simulated kiosks; the demo's own kiosk
 * is enrolled from the dashboard.
 * `npm run demo -- --spoken`: a walk with the screen off that prints what is said, line by line.
 * `npm run demo -- --once`: walks all scenarios unattended; exits with 0 only if every outcome is right.
 */
import { Command } from 'commander';
import { espeakConfigSchema, openEspeak } from '../../hardware/speech/espeak.ts';
import { systemClock } from '../../shared/clock.ts';
import { keepFilesPrivate } from '../launch/owner-only-file.ts';
import { exitOnSignal, untilStopped } from '../launch/until-stopped.ts';
import { additions } from './additions.ts';
import { demoFleet } from './demo-fleet.ts';
import { Follower, type Outcome, runOnce } from './once.ts';
import { Listener, walkBySpeech } from './spoken-walk.ts';
import { startTrayWorld } from './tray-world.ts';
import { startWorld } from './world.ts';

const options = new Command('demo')
  .description('a kiosk, its server and five sample people, on this machine')
  .option('--once', 'walk all scenarios unattended, print a line for each, and end')
  .option('--spoken', 'walk with the screen off, guided by speech alone, and print what is said')
  .option('--json', 'with --once or --spoken: one JSON object per line')
  .option('--fleet <kiosks>', 'add a dashboard with this many simulated kiosks', Number, 0)
  .option('--port <port>', 'the port of the page; 0 for any free one', Number, 8080)
  .option('--seed <seed>', 'seed of the scenes in front of the camera', Number, 1)
  .exitOverride()
  .parse()
  .opts<{
    once?: boolean;
    spoken?: boolean;
    json?: boolean;
    fleet: number;
    port: number;
    seed: number;
  }>();

const print = (line: string) => process.stdout.write(`${line}\n`);

function line(outcome: Outcome): string {
  const { presented, frames, verdict, ms, opened, ok, expected } = outcome;
  const time = ms === null ? '–' : `${ms} ms`;
  const relay = opened ? 'opened' : 'shut';
  const judged = ok ? 'as expected' : `WRONG, expected ${expected}`;
  return `${presented} · ${frames} frames · ${verdict} · ${time} · turnstile ${relay} · ${judged}`;
}

async function once(): Promise<void> {
  const follower = new Follower();
  const world = await startWorld({ watcher: follower, assets: [], port: 0, seed: options.seed });
  try {
    const good = await runOnce(world, follower, (outcome) =>
      print(options.json ? JSON.stringify(outcome) : line(outcome)),
    );
    process.exitCode = good ? 0 : 1;
  } finally {
    await world.stop();
  }
}

async function visit(): Promise<void> {
  const { port, seed } = options;
  const { fleet } = options;
  const world = await startTrayWorld({
    port,
    seed,
    offline: true,
    enrols: fleet > 0,
    visit: fleet > 0 ? [...additions, demoFleet({ kiosks: fleet, seed })] : additions,
  });
  // Handles signals before the first line invites anybody to send one.
  const stopped = untilStopped(() => world.stop());
  release();
  print(`The kiosk, with a tray of codes:  ${world.pageUrl}`);
  print(`The server:                       ${world.service.url}/readyz`);
  for (const { label, url } of world.service.links) {
    print(`${`${label}:`.padEnd(33)} ${url}`);
  }
  print('Ctrl-C ends it and leaves nothing behind.');
  await stopped;
}

/** A blind person passes by speech alone, which is played too if espeak-ng is installed. */
async function spoken(): Promise<void> {
  const voice = openEspeak(espeakConfigSchema.parse({ driver: 'espeak' }), { clock: systemClock });
  await voice.start({ health: () => {} });
  const listener = new Listener(({ text, language }) => {
    print(options.json ? JSON.stringify({ text, language }) : `${language || '–'}  ${text}`);
    voice.say(text, language);
  });
  const world = await startWorld({
    watcher: new Follower(),
    assets: [],
    port: 0,
    seed: options.seed,
    speaker: listener,
    session: { entryMethod: 'keyIndex', verdictMs: 3_000 },
  });
  try {
    world.plug(true);
    const [person] = world.people;
    const result = person ? await walkBySpeech(world, listener, person) : '';
    process.exitCode = result.startsWith('Puoi entrare') ? 0 : 1;
  } finally {
    await world.stop();
    await voice.stop();
  }
}

keepFilesPrivate();
const release = exitOnSignal();
await (options.once ? once() : options.spoken ? spoken() : visit());
