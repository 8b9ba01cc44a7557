import { z } from 'zod';
import type { ReceiptLine } from './escpos.ts';

/**
 * A receipt: it says that the gate granted, and nothing about the person. The schema is strict, so that
 * no identity can be printed by mistake.
 */
export const receiptSchema = z.strictObject({
  /** In the person's language: heading, outcome and labels. */
  words: z.strictObject({
    heading: z.string().min(1).max(64),
    outcome: z.string().min(1).max(128),
    policy: z.string().min(1).max(64),
    gate: z.string().min(1).max(64),
    time: z.string().min(1).max(64),
    number: z.string().min(1).max(64),
  }),
  policyTitle: z.string().min(1).max(200),
  gateName: z.string().min(1).max(64),
  /** As printed, such as `22/11/2026 21:15`. */
  timeText: z.string().min(1).max(32),
  /** The number by which the site finds the verification in the audit. */
  receiptNumber: z.string().regex(/^[A-Z0-9-]{4,40}$/),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** A receipt as lines, with its number in large letters and as a QR code. */
export function receiptLines(receipt: Receipt): ReceiptLine[] {
  const { words } = receipt;
  return [
    { kind: 'text', text: words.heading, align: 'centre' },
    { kind: 'rule' },
    { kind: 'text', text: words.outcome, align: 'centre', isLarge: true },
    { kind: 'text', text: `${words.policy}: ${receipt.policyTitle}` },
    { kind: 'text', text: `${words.gate}: ${receipt.gateName}` },
    { kind: 'text', text: `${words.time}: ${receipt.timeText}` },
    { kind: 'rule' },
    { kind: 'text', text: words.number, align: 'centre' },
    { kind: 'text', text: receipt.receiptNumber, align: 'centre', isLarge: true },
    { kind: 'qr', data: receipt.receiptNumber },
  ];
}
