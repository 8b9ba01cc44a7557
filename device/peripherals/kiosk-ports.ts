import type {
  Display,
  Headset,
  Indicator,
  Keypad,
  Printer,
  Scanner,
  Speaker,
  Turnstile,
} from '../../hardware/ports.ts';
import type { Screen } from '../session/screen.ts';

/** The peripherals of one kiosk, opened and not started. */
export interface KioskPorts {
  scanner: Scanner;
  keypad?: Keypad | undefined;
  display: Display<Screen>;
  indicator: Indicator;
  /** Signals as sounds, beside the lamps. */
  sounds?: Indicator | undefined;
  turnstile: Turnstile;
  speaker?: Speaker | undefined;
  /** Whether characters of a code may be spoken. */
  headset?: Headset | undefined;
  printer?: Printer | undefined;
}
