import type { Icon } from '../session/screen.ts';

/** Drawn shapes, distinct without colour: a tick, a bar, a hand, a code, keys, an hourglass. */
const shapes: Record<Icon, string> = {
  yes: 'M14 52 L40 78 L86 22',
  no: 'M18 50 H82',
  staff: 'M50 12 a14 14 0 1 1 0 28 a14 14 0 1 1 0 -28 M20 88 q0 -38 30 -38 q30 0 30 38 z',
  scan: 'M12 32 V12 H32 M68 12 H88 V32 M88 68 V88 H68 M32 88 H12 V68 M34 34 H48 V48 H34 Z M58 58 H66 V66 H58 Z M58 34 H66 M34 62 H46',
  keypad:
    'M20 20 h8 M46 20 h8 M72 20 h8 M20 46 h8 M46 46 h8 M72 46 h8 M20 72 h8 M46 72 h8 M72 72 h8',
  wait: 'M28 14 H72 M28 86 H72 M32 14 C32 44 48 44 48 50 C48 56 32 56 32 86 M68 14 C68 44 52 44 52 50 C52 56 68 56 68 86',
};

/** An icon beside the words that say the same; a screen reader passes it by. */
export function IconView({ icon }: { icon: Icon }) {
  return (
    <svg class={`icon ${icon}`} viewBox="0 0 100 100" aria-hidden="true" focusable="false">
      <path d={shapes[icon]} />
    </svg>
  );
}
