import { VarcoError } from '../../shared/errors.ts';

/** A GPIO controller in sysfs. */
export interface GpioChip {
  /** Such as `pinctrl-bcm2711`. */
  label: string;
  /** The global number of its first line: 0 on old kernels, 512 or more since Linux 6.6. */
  base: number;
  /** How many lines it has. */
  lines: number;
}

/** Reads sysfs; a test has its own. Both throw the system's errors. */
export interface SysfsReader {
  list(directory: string): string[];
  read(file: string): string;
}

/** The kernel's sysfs interface to GPIO, which onoff uses. */
export const SYSFS_GPIO = '/sys/class/gpio';

/**
 * Labels of the controllers behind a Raspberry Pi's 40-pin header, newest first. A Pi 5 has further
 * controllers beside `pinctrl-rp1`, none of them the header's.
 */
export const headerLabels: readonly string[] = [
  'pinctrl-rp1',
  'pinctrl-bcm2711',
  'pinctrl-bcm2835',
];

/**
 * The GPIO controllers of this machine.
 *
 * @throws VarcoError `gpioUnavailable` when the kernel has no sysfs GPIO at all (CONFIG_GPIO_SYSFS).
 */
export function readGpioChips(sysfs: SysfsReader, root: string = SYSFS_GPIO): GpioChip[] {
  let names: string[];
  try {
    names = sysfs.list(root);
  } catch (cause) {
    throw new VarcoError('gpioUnavailable', `${root} is missing: this kernel has no sysfs GPIO`, {
      cause,
    });
  }
  return names
    .filter((name) => /^gpiochip\d+$/.test(name))
    .map((name) => ({
      label: sysfs.read(`${root}/${name}/label`).trim(),
      base: Number.parseInt(sysfs.read(`${root}/${name}/base`), 10),
      lines: Number.parseInt(sysfs.read(`${root}/${name}/ngpio`), 10),
    }))
    .filter((chip) => Number.isInteger(chip.base) && Number.isInteger(chip.lines));
}

/**
 * The sysfs number of a header pin. The controller is found by its label, because its base differs
 * between boards and kernels: `17` is GPIO17 on all of them.
 *
 * @param bcm the Broadcom number, as in `pinout` and the wiring table.
 * @throws VarcoError `gpioControllerUnknown` when no controller has one of the labels, `gpioPinInvalid`
 * when the controller has no such line.
 * @example gpioNumber([{ label: 'pinctrl-rp1', base: 571, lines: 54 }], 17) // 588
 */
export function gpioNumber(
  chips: readonly GpioChip[],
  bcm: number,
  labels: readonly string[] = headerLabels,
): number {
  const found = labels
    .map((label) => chips.find((chip) => chip.label === label))
    .find((chip) => chip !== undefined);
  if (!found) {
    const available = chips.map((chip) => chip.label).join(', ') || 'none';
    throw new VarcoError(
      'gpioControllerUnknown',
      `No GPIO controller is labelled ${labels.join(' or ')}; this machine has: ${available}`,
    );
  }
  if (!Number.isInteger(bcm) || bcm < 0 || bcm >= found.lines) {
    throw new VarcoError('gpioPinInvalid', `${found.label} has no line ${bcm}`);
  }
  return found.base + bcm;
}
