import type { Asker } from '../audit/asker.ts';

/** The kiosk that delivers facts, and what its facts can be about. */
export interface FactSource extends Asker {
  kiosk: string;
  gate: string;
  /** Since when it holds its key, Unix ms. */
  registeredAt: number;
  /** The policies that its boots were answered with: it decides by no other. */
  policies: readonly string[];
}
