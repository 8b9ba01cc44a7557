import type { VNode } from 'preact';
import { create } from 'qrcode';

/** Light modules around the symbol (ISO/IEC 18004 asks for four). */
const QUIET = 4;

/** A QR code as an inline drawing, black on white whatever the page's colours are. */
export function QrPicture({ text, label }: { text: string; label: string }): VNode {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size, data } = modules;
  const rows = Array.from({ length: size }, (_, y) =>
    Array.from({ length: size }, (_, x) =>
      data[y * size + x] ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '',
    ).join(''),
  );
  const whole = size + 2 * QUIET;
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${whole} ${whole}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect width={whole} height={whole} fill="#fff" />
      <path d={rows.join('')} fill="#000" />
    </svg>
  );
}
