import { afterEach, expect, test } from 'vitest';
import { Follower } from '../../../scripts/demo/once.ts';
import { Listener, type Utterance, walkBySpeech } from '../../../scripts/demo/spoken-walk.ts';
import { startWorld, type World } from '../../../scripts/demo/world.ts';

let world: World | undefined;

afterEach(async () => {
  await world?.stop();
  world = undefined;
});

async function open(utterances: Utterance[]) {
  const listener = new Listener((one) => utterances.push(one));
  const follower = new Follower();
  world = await startWorld({
    watcher: follower,
    assets: [],
    port: 0,
    seed: 1,
    speaker: listener,
    session: { entryMethod: 'keyIndex', verdictMs: 1_000 },
  });
  return { world, listener, follower };
}

test('with the screen off and a headset, by what is said alone, two people pass', async () => {
  const utterances: Utterance[] = [];
  const { world: gate, listener, follower } = await open(utterances);
  gate.plug(true);
  const [first, second] = gate.people;
  expect(await walkBySpeech(gate, listener, first as never)).toMatch(/^Puoi entrare\./);
  expect(follower.opened).toBe(true);
  expect(await walkBySpeech(gate, listener, second as never)).toMatch(/^Potete entrare\./);
  expect(utterances.some(({ text }) => text.includes('due e due'))).toBe(true);
});

test('without a headset no character of the code is said, and each is a click', async () => {
  const utterances: Utterance[] = [];
  const { world: gate, listener, follower } = await open(utterances);
  const [person] = gate.people;
  await listener.waitFor(/^Mostra/);
  await gate.stage.present(person?.credential ?? '');
  await listener.waitFor(/^Scrivi/);
  utterances.length = 0;
  for (const character of person?.codiceFiscale ?? '') {
    gate.press({ kind: 'character', character });
  }
  gate.press({ kind: 'repeat' });
  const aloud = utterances.map(({ text }) => text);
  expect(aloud.filter((text) => text === '(click)').length).toBeGreaterThan(8);
  const spelled = [...(person?.codiceFiscale ?? '')].join(' ');
  expect(aloud.filter((text) => /^[A-Z0-9]([ .,]|$)/.test(text))).toEqual([]);
  expect(aloud.some((text) => text.includes(spelled))).toBe(false);
  gate.plug(true);
  expect(utterances.at(-1)?.text).toContain(spelled);
  gate.press({ kind: 'confirm' });
  await follower.until('a verdict', ({ phase }) => phase.name === 'showing');
}, 30_000);
