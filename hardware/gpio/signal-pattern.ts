import type { Signal } from '../ports.ts';

/** One step of a sound: `hertz` 0 is silence. */
export interface Note {
  hertz: number;
  ms: number;
}

/** One step of a lamp. */
export interface Flash {
  on: boolean;
  ms: number;
}

/** The lamp of a signal where there are several: they differ in position, not in colour alone. */
export type LampName = 'granted' | 'refused' | 'askStaff';

/**
 * What each signal sounds like. Signals differ in rhythm as well as in pitch, so that they can be
 * distinguished on a buzzer with one pitch and by touch on the sounder (EN 301 549 §5.1.6): one click for read,
 * two rising for granted, three short and falling for refused, long–short–long for ask staff.
 */
export const notesOf: Readonly<Record<Signal, readonly Note[]>> = {
  off: [],
  read: [{ hertz: 1_760, ms: 60 }],
  granted: [
    { hertz: 1_047, ms: 120 },
    { hertz: 0, ms: 60 },
    { hertz: 1_568, ms: 240 },
  ],
  refused: [
    { hertz: 440, ms: 90 },
    { hertz: 0, ms: 70 },
    { hertz: 392, ms: 90 },
    { hertz: 0, ms: 70 },
    { hertz: 330, ms: 90 },
  ],
  askStaff: [
    { hertz: 659, ms: 320 },
    { hertz: 0, ms: 100 },
    { hertz: 659, ms: 80 },
    { hertz: 0, ms: 100 },
    { hertz: 659, ms: 320 },
  ],
};

/**
 * What each signal looks like on a lamp: granted is steady, refused blinks fast, ask staff blinks
 * slowly; nothing flashes more than three times in a second (WCAG 2.3.1). Each ends dark.
 */
export const flashesOf: Readonly<Record<Signal, readonly Flash[]>> = {
  off: [],
  read: [{ on: true, ms: 150 }],
  granted: [{ on: true, ms: 4_000 }],
  refused: blinks(8, 200, 200),
  askStaff: blinks(5, 700, 300),
};

/** The lamp of a signal; `read` flashes the lamp of `granted`. */
export function lampOf(signal: Signal): LampName | undefined {
  switch (signal) {
    case 'off':
      return undefined;
    case 'read':
    case 'granted':
      return 'granted';
    case 'refused':
      return 'refused';
    case 'askStaff':
      return 'askStaff';
  }
}

function blinks(times: number, onMs: number, offMs: number): Flash[] {
  return Array.from({ length: times }, () => [
    { on: true, ms: onMs },
    { on: false, ms: offMs },
  ]).flat();
}
