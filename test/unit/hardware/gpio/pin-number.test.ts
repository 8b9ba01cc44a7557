import { expect, test } from 'vitest';
import { gpioNumber, readGpioChips } from '../../../../hardware/gpio/pin-number.ts';

const chips = (...rows: [string, number, number][]) =>
  rows.map(([label, base, lines]) => ({ label, base, lines }));

test.each([
  ['Pi 3, kernel 5', chips(['pinctrl-bcm2835', 0, 54], ['raspberrypi-exp-gpio', 504, 8]), 17, 17],
  ['Pi 4, kernel 6.6', chips(['pinctrl-bcm2711', 512, 58]), 17, 529],
  [
    'Pi 5, whose own controllers come first',
    chips(['gpio-brcmstb@107d508500', 512, 32], ['pinctrl-rp1', 571, 54]),
    17,
    588,
  ],
  ['the last line', chips(['pinctrl-rp1', 571, 54]), 53, 624],
])('%s', (_name, found, bcm, number) => {
  expect(gpioNumber(found, bcm)).toBe(number);
});

test.each([
  ['no controller at all', [], 17, 'gpioControllerUnknown'],
  ['a stranger', chips(['gpio-mockup', 0, 32]), 17, 'gpioControllerUnknown'],
  ['past the end', chips(['pinctrl-rp1', 571, 54]), 54, 'gpioPinInvalid'],
  ['negative', chips(['pinctrl-rp1', 571, 54]), -1, 'gpioPinInvalid'],
  ['a fraction', chips(['pinctrl-rp1', 571, 54]), 1.5, 'gpioPinInvalid'],
])('%s is refused', (_name, found, bcm, code) => {
  expect(() => gpioNumber(found, bcm)).toThrow(expect.objectContaining({ code }));
});

test('a board that is not a Pi is found by its own label', () => {
  expect(gpioNumber(chips(['gpio-rockchip', 96, 32]), 4, ['gpio-rockchip'])).toBe(100);
});

test('sysfs is read chip by chip, and its absence has its own code', () => {
  const files: Record<string, string> = {
    '/r/gpiochip512/label': 'pinctrl-bcm2711\n',
    '/r/gpiochip512/base': '512\n',
    '/r/gpiochip512/ngpio': '58\n',
  };
  const read = (file: string) => files[file] ?? '';
  const list = () => ['export', 'gpio529', 'gpiochip512'];
  expect(readGpioChips({ list, read }, '/r')).toEqual([
    { label: 'pinctrl-bcm2711', base: 512, lines: 58 },
  ]);
  const missing = () => {
    throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
  };
  expect(() => readGpioChips({ list: missing, read })).toThrow(
    expect.objectContaining({ code: 'gpioUnavailable' }),
  );
});
