import type { SerialFraming } from './framing/serial-lines.ts';

/** What is particular to a make of serial scanner. */
export interface SerialProfile {
  framing: SerialFraming;
  /** One character before the content that names the symbology, where the make sends it by default. */
  codeId: boolean;
  triggerOn?: Uint8Array;
  triggerOff?: Uint8Array;
  /** Makes the scanner look by itself, until its power goes. */
  presentation?: Uint8Array;
}

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/**
 * Makes of serial scanners.
 *
 * Honeywell and those that speak its language (Datalogic's imagers, Hand Held, NCR): SYN T CR and
 * SYN U CR pull and let go of the trigger; SYN M CR begins a menu command, `!` makes it last until the
 * power goes (Honeywell, serial programming commands). Zebra's plain ASCII has no trigger command.
 * Newland: commands between `~` SOH `0000` and `;` ETX.
 */
export const SERIAL_PROFILES = {
  generic: { framing: 'line', codeId: false },
  honeywell: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('\x16T\r'),
    triggerOff: bytes('\x16U\r'),
    presentation: bytes('\x16M\rPAPTPR!'),
  },
  zebra: { framing: 'line', codeId: false },
  datalogic: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('\x16T\r'),
    triggerOff: bytes('\x16U\r'),
  },
  newland: {
    framing: 'line',
    codeId: false,
    triggerOn: bytes('~\x010000#SCNTRG1;\x03'),
    triggerOff: bytes('~\x010000#SCNTRG0;\x03'),
    presentation: bytes('~\x010000#SCNMOD2;\x03'),
  },
} as const satisfies Record<string, SerialProfile>;
