import type { SerialFraming } from './framing/serial-lines.ts';

/** What differs between makes of serial scanners. */
export interface SerialProfile {
  framing: SerialFraming;
  /** One character before the content that names the symbology, where the make sends it by default. */
  codeId: boolean;
  /** The command that pulls the trigger. */
  triggerOn?: Uint8Array;
  /** The command that makes the scanner read without a trigger, until it loses power. */
  presentation?: Uint8Array;
}

export const serialProfileNames = [
  'generic',
  'honeywell',
  'zebra',
  'datalogic',
  'newland',
] as const;
export type SerialProfileName = (typeof serialProfileNames)[number];

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * Makes of serial scanners.
 *
 * Honeywell and makes with its commands (Datalogic's imagers, Hand Held, NCR): SYN T CR pulls the trigger;
 * SYN M CR begins a menu command, which `!` applies until power is lost (Honeywell, serial programming
 * commands). Zebra's plain ASCII mode has no trigger command. Newland's commands are between `~` SOH
 * `0000` and `;` ETX.
 */
export const SERIAL_PROFILES: Readonly<Record<SerialProfileName, SerialProfile>> = {
  generic: { framing: 'line', codeId: false },
  honeywell: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('\x16T\r'),
    presentation: bytes('\x16M\rPAPTPR!'),
  },
  zebra: { framing: 'line', codeId: false },
  datalogic: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('\x16T\r'),
  },
  newland: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('~\x010000#SCNTRG1;\x03'),
    presentation: bytes('~\x010000#SCNMOD2;\x03'),
  },
};
