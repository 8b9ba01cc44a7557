import { expect, it } from 'vitest';
import {
  KeyboardBursts,
  type KeyboardLayout,
  keyCharacter,
} from '../../../../../hardware/scanner/framing/hid-keyboard.ts';

const ENTER = 0x28;

/** The key and modifiers that write a character on a layout. */
function keyFor(character: string, layout: KeyboardLayout): [usage: number, modifiers: number] {
  for (const modifiers of [0, 0x02, 0x40]) {
    for (let usage = 4; usage < 101; usage++) {
      if (keyCharacter(usage, modifiers, layout) === character) {
        return [usage, modifiers];
      }
    }
  }
  throw new Error(`No key writes ${character}`);
}

function type(bursts: KeyboardBursts, text: string, layout: KeyboardLayout, gapMs: number) {
  let at = 1000;
  for (const character of text) {
    const [usage, modifiers] = keyFor(character, layout);
    bursts.push(Uint8Array.from([modifiers, 0, usage, 0, 0, 0, 0, 0]), at);
    bursts.push(new Uint8Array(8), at + 1);
    at += gapMs;
  }
  return bursts.push(Uint8Array.from([0, 0, ENTER, 0, 0, 0, 0, 0]), at);
}

it.each(['us', 'it'] as const)('reads what a scanner types on a %s keyboard', (layout) => {
  const text = 'HTTPS://GATE.EXAMPLE/V/1/AB-cd_09?x=#@';
  expect(type(new KeyboardBursts(layout), text, layout, 5)?.text).toBe(text);
});

it('ignores a person who types', () => {
  expect(type(new KeyboardBursts('us'), 'HELLO WORLD', 'us', 160)).toBeUndefined();
});

it('ends a burst by silence when the scanner sends no Enter', () => {
  const bursts = new KeyboardBursts('us');
  for (const [index, usage] of [4, 5, 6, 7].entries()) {
    bursts.push(Uint8Array.from([0, 0, usage, 0, 0, 0, 0, 0]), index * 10);
  }
  expect(bursts.pending).toBe(true);
  expect(bursts.quiet()?.text).toBe('abcd');
  expect(bursts.pending).toBe(false);
});

it('counts a key that is held once, and keys pressed together each', () => {
  const bursts = new KeyboardBursts('us');
  bursts.push(Uint8Array.from([0, 0, 4, 0, 0, 0, 0, 0]), 0);
  bursts.push(Uint8Array.from([0, 0, 4, 5, 6, 0, 0, 0]), 10);
  bursts.push(Uint8Array.from([0, 0, 7, 5, 6, 0, 0, 0]), 20);
  expect(bursts.quiet()?.text).toBe('abcd');
});

it('ignores roll-over reports and short ones', () => {
  const bursts = new KeyboardBursts('us');
  bursts.push(Uint8Array.from([0, 0, 1, 1, 1, 1, 1, 1]), 0);
  bursts.push(Uint8Array.from([0, 0, 4]), 0);
  expect(bursts.pending).toBe(false);
});
