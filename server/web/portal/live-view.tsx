import type { VNode } from 'preact';
import type { PortalWords } from './words/words.ts';

/** The words of the live code that its island needs; functions don't travel to a browser. */
export interface LiveWords {
  alt: string;
  remaining: { one: string; many: string };
  renewed: string;
  lost: string;
  reload: string;
}

/** Stands for the number in `remaining.many`. */
export const SECONDS = '{seconds}';

export function liveWords({ live }: PortalWords): LiveWords {
  const many = live.remaining(0).replace('0', SECONDS);
  const { alt, renewed, lost, reload } = live;
  return { alt, remaining: { one: live.remaining(1), many }, renewed, lost, reload };
}

/** A code of now, as it travels to the page. */
export interface LiveCode {
  /** A picture as a `data:` address. */
  image: string;
  /** How long until the next one is due, in milliseconds. */
  renewInMs: number;
}

/** The symbol on its white ground, as large as the window lets it be; the same with a script and without. */
export function LiveSymbol({ image, alt }: { image: string; alt: string }): VNode {
  return (
    <div class="varco-symbol">
      <img src={image} alt={alt} />
    </div>
  );
}
