import type { VNode } from 'preact';
import { LIVE_RENEW_SECONDS } from '../../../shared/credential/live-code.ts';
import type { PortalWords } from './words/words.ts';

/** What the live code's island says, as plain data: functions can't travel to a browser. */
export interface LiveWords {
  alt: string;
  /** How long until the next code, by the seconds that are left. */
  remaining: readonly string[];
  renewed: string;
  lost: string;
  reload: string;
}

export function liveWords({ live }: PortalWords): LiveWords {
  const remaining = Array.from({ length: LIVE_RENEW_SECONDS + 1 }, (_, left) =>
    live.remaining(left),
  );
  const { alt, renewed, lost, reload } = live;
  return { alt, remaining, renewed, lost, reload };
}

/** A code of now, as it travels to the page. */
export interface LiveCode {
  /** A picture as a `data:` address. */
  image: string;
  /** How long until the next one is due, in milliseconds. */
  renewInMs: number;
}

/** The symbol on its white ground, as large as the window allows; the same with a script and without. */
export function LiveSymbol({ image, alt }: { image: string; alt: string }): VNode {
  return (
    <div class="varco-symbol">
      <img src={image} alt={alt} />
    </div>
  );
}
