/**
 * `npm run demo`: a server, a kiosk and five sample people on this machine, to be tried in a browser.
 * `npm run demo -- --fleet 40`: the same with a dashboard and forty simulated kiosks; the kiosk at hand is
 * enrolled from it.
 * `npm run demo -- --spoken`: a walk with the screen off, each thing that is said on a line.
 * `npm run demo -- --once`: the same with nobody there; exits 0 only if every outcome is right.
 */
import { Command } from 'commander';
import { espeakConfigSchema, openEspeak } from '../../hardware/speech/espeak.ts';
import { systemClock } from '../../shared/clock.ts';
import { untilStopped } from '../launch/until-stopped.ts';
import { additions } from './additions.ts';
import { demoFleet } from './demo-fleet.ts';
import { Follower, type Outcome, runOnce } from './once.ts';
import { Listener, walkBySpeech } from './spoken-walk.ts';
import { startTrayWorld } from './tray-world.ts';
import { startWorld } from './world.ts';

const options = new Command('demo')
  .description('a kiosk, its server and five sample people, on this machine')
  .option('--once', 'walk every scenario with nobody there, print a line each, and end')
  .option('--spoken', 'walk with the screen off, by what is said alone; each thing said is a line')
  .option('--json', 'with --once: one JSON object a line')
  .option('--fleet <kiosks>', 'a dashboard with so many more kiosks, simulated', Number, 0)
  .option('--port <port>', 'where the page is served; 0 takes any free port', Number, 8080)
  .option('--seed <seed>', 'seed of the scenes before the camera', Number, 1)
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
  print(`The kiosk, with a tray of codes:  ${world.pageUrl}`);
  print(`The server:                       ${world.service.url}/readyz`);
  for (const { label, url } of world.service.links) {
    print(`${`${label}:`.padEnd(33)} ${url}`);
  }
  print('Ctrl-C ends it and leaves nothing behind.');
  await untilStopped(() => world.stop());
}

/** A person who sees nothing passes by voice; spoken aloud too where espeak-ng is installed. */
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

await (options.once ? once() : options.spoken ? spoken() : visit());
