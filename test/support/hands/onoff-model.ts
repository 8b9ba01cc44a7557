import type { OnoffBinding } from '../../../hardware/gpio/onoff-lines.ts';
import type { SysfsReader } from '../../../hardware/gpio/pin-number.ts';

/** The pins of a controller as the kernel shows them to onoff, by electrical level. */
export class OnoffModel {
  readonly levels = new Map<number, 0 | 1>();
  readonly opened: { number: number; direction: string; activeLow: boolean }[] = [];
  readonly base: number;
  readonly lines: number;
  /** Thrown by the next constructor or write, to be set by a test. */
  fault: Error | undefined;
  writeFault: Error | undefined;
  /** Outputs that keep this level whatever is written, like a welded relay. */
  readonly welded = new Map<number, 0 | 1>();
  readonly #watchers = new Map<number, (error: null, value: 0 | 1) => void>();
  readonly #activeLow = new Map<number, boolean>();
  /** Called after every change of an output, for a keypad matrix to drive its inputs. */
  changed: (() => void) | undefined;

  constructor(base = 512, lines = 58) {
    this.base = base;
    this.lines = lines;
  }

  readonly binding: OnoffBinding = { Gpio: this.#pinClass() as OnoffBinding['Gpio'] };

  get sysfs(): SysfsReader {
    const files: Record<string, string> = {
      label: 'pinctrl-bcm2711\n',
      base: `${this.base}\n`,
      ngpio: `${this.lines}\n`,
    };
    return {
      list: () => ['export', `gpiochip${this.base}`, 'unexport'],
      read: (file) => files[file.split('/').at(-1) ?? ''] ?? '',
    };
  }

  level(bcm: number): 0 | 1 {
    return this.welded.get(bcm) ?? this.levels.get(bcm) ?? 0;
  }

  /** Drives an input from outside. */
  drive(bcm: number, level: 0 | 1): void {
    const before = this.level(bcm);
    this.levels.set(bcm, level);
    if (before !== level) {
      const value = this.#logical(bcm);
      this.#watchers.get(bcm)?.(null, value);
    }
  }

  #logical(bcm: number): 0 | 1 {
    return (this.level(bcm) === 1) !== (this.#activeLow.get(bcm) ?? false) ? 1 : 0;
  }

  #pinClass() {
    const model = this;
    return class {
      readonly #bcm: number;
      constructor(
        number: number,
        direction: 'in' | 'high' | 'low',
        _edge: string,
        options: { activeLow: boolean },
      ) {
        if (model.fault) {
          throw model.fault;
        }
        this.#bcm = number - model.base;
        if (this.#bcm < 0 || this.#bcm >= model.lines) {
          throw Object.assign(new Error('EINVAL: invalid argument, write'), { code: 'EINVAL' });
        }
        model.opened.push({ number, direction, activeLow: options.activeLow });
        model.#activeLow.set(this.#bcm, options.activeLow);
        if (direction !== 'in') {
          model.levels.set(this.#bcm, direction === 'high' ? 1 : 0);
        }
      }
      readSync() {
        return model.#logical(this.#bcm);
      }
      writeSync(value: 0 | 1) {
        if (model.writeFault) {
          throw model.writeFault;
        }
        const inverted = model.#activeLow.get(this.#bcm) ?? false;
        model.levels.set(this.#bcm, (value === 1) !== inverted ? 1 : 0);
        model.changed?.();
      }
      watch(callback: (error: null, value: 0 | 1) => void) {
        model.#watchers.set(this.#bcm, callback);
      }
      unwatchAll() {
        model.#watchers.delete(this.#bcm);
      }
      unexport() {}
    };
  }
}
