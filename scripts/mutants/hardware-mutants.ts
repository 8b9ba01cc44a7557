import type { Mutant } from './mutant.ts';

const TURNSTILE = 'test/unit/hardware/gpio/turnstile.test.ts';

export const hardwareMutants: readonly Mutant[] = [
  {
    what: 'a pulse is as long as is asked for',
    file: 'hardware/gpio/turnstile.ts',
    find: 'Math.min(Math.max(pulseMs, PULSE_MIN_MS), this.#limits.pulseMaxMs);',
    replace: 'Math.max(pulseMs, PULSE_MIN_MS);',
    tests: [TURNSTILE],
  },
  {
    what: 'a pulse has no watchdog beside its timer',
    file: 'hardware/gpio/turnstile.ts',
    find: 'clock.after(pulseMs + WATCHDOG_MARGIN_MS, () => this.#endPulse()),',
    replace: '',
    tests: [TURNSTILE, 'test/unit/hardware/firmata/firmata-gate.test.ts'],
  },
  {
    what: 'the relay is not released when the process exits',
    file: 'hardware/gpio/turnstile.ts',
    find: 'this.#deps.atExit?.(() => this.#releaseNow());',
    replace: 'this.#deps.atExit?.(() => {});',
    tests: [TURNSTILE],
  },
  {
    what: 'a relay that stays on after its pulse is not noticed',
    file: 'hardware/gpio/turnstile.ts',
    find: "return relay.readBack?.() === true ? 'relayStuckOn' : undefined;",
    replace: 'return undefined;',
    tests: [TURNSTILE],
  },
  {
    what: 'a code is read again only after twice the time out of view',
    file: 'hardware/scanner/repeat-filter.ts',
    find: 'if (at - sighting.lastAt > ABSENT_AFTER_MS) {',
    replace: 'if (at - sighting.lastAt > 2 * ABSENT_AFTER_MS) {',
    tests: ['test/unit/hardware/scanner/scanner-set.test.ts'],
  },
  {
    what: 'the health of every scanner is the first one’s',
    file: 'hardware/scanner/scanner-set.ts',
    find: 'isLive() && events.health(health, name),',
    replace: 'isLive() && events.health(health),',
    tests: ['test/unit/hardware/scanner/scanner-set.test.ts'],
  },
  {
    what: 'a single decoder’s reading is taken without confirmation',
    file: 'hardware/scanner/frame-reader.ts',
    find: 'return previous?.text === code.text && at - previous.at <= CONFIRM_WITHIN_MS;',
    replace: 'return true;',
    tests: ['test/unit/hardware/scanner/frame-reader.test.ts'],
  },
  {
    what: 'a serial line that never ends writes past its buffer',
    file: 'hardware/scanner/framing/serial-lines.ts',
    find: 'if (this.#length === SERIAL_BUFFER_MAX) {',
    replace: 'if (this.#length > SERIAL_BUFFER_MAX) {',
    tests: ['test/unit/hardware/scanner/framing/serial-lines.test.ts'],
  },
  {
    what: 'an incomplete code is joined to the next person’s',
    file: 'hardware/scanner/framing/hid-pos.ts',
    find: 'if (at - this.#lastAt > CONTINUE_WITHIN_MS) {',
    replace: 'if (at - this.#lastAt < 0) {',
    tests: ['test/unit/hardware/scanner/framing/hid-pos.test.ts'],
  },
  {
    what: 'a device is opened again after its driver was stopped',
    file: 'hardware/scanner/kept-open.ts',
    find: 'if (lostRun === this.#run) {',
    replace: 'if (lostRun > 0) {',
    tests: ['test/unit/hardware/scanner/kept-open.test.ts'],
  },
  {
    what: 'contacts that bounce are several presses',
    file: 'hardware/keypad/matrix-scan.ts',
    find: 'const steady = at - state.rawSince >= limits.debounceMs;',
    replace: 'const steady = true;',
    tests: ['test/unit/hardware/keypad/keypad.test.ts'],
  },
  {
    what: 'too many keys at once are taken for keys',
    file: 'hardware/keypad/hid-report.ts',
    find: 'usage >= ERROR_ROLLOVER && usage <= ERROR_LAST',
    replace: 'usage > ERROR_ROLLOVER && usage <= ERROR_LAST',
    tests: ['test/unit/hardware/keypad/keypad.test.ts'],
  },
  {
    what: 'a headset whose contact is lost counts as plugged in',
    file: 'hardware/speech/headset-jack.ts',
    find: 'events.plugged(false);',
    replace: 'events.plugged(true);',
    tests: ['test/unit/hardware/speech/speech.test.ts'],
  },
  {
    what: 'a receipt has no longest length',
    file: 'hardware/receipt/escpos.ts',
    find: 'if (lines.length > LINES_MAX) {',
    replace: 'if (lines.length > 2 * LINES_MAX) {',
    tests: ['test/unit/hardware/receipt/receipt.test.ts'],
  },
];
