import type { Site } from './screen.ts';
import type { SessionConfig } from './state.ts';

/** When a gate speaks: always, or only to somebody who plugged in a headset. */
export type VoiceUse = 'always' | 'headset';

/** What the session asks of its config, and what the peripherals around it do. */
export interface KioskSession extends SessionConfig, Site {
  selfTestAtStart: boolean;
  voice: VoiceUse;
  /** Whether the glass takes touches: then a lost keypad does not close the gate. */
  touch: boolean;
  /** Loudness that each person finds, in percent; absent: the speaker's own. */
  volume?: number | undefined;
  /** What the site says of a closed gate, when the command that closed it said nothing. */
  outOfServiceMessage?: string | undefined;
}
