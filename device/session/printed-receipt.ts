import type { PrintedReceipt } from '../../hardware/ports.ts';
import type { Language } from '../../shared/language.ts';
import { kioskWords } from './kiosk-words.ts';
import { type Receipt, receiptTime } from './receipt.ts';
import type { Mode } from './state.ts';

/** A receipt as it is printed, in the person's language. */
export function printedReceipt(
  receipt: Receipt,
  person: { companion: boolean; language: Language; mode: Mode },
): PrintedReceipt {
  const texts = kioskWords[person.language];
  const { granted } = person.mode === 'museum' ? texts : texts.modes[person.mode];
  const { heading, policy, gate, time, number } = texts.receipt;
  const outcome = (person.companion ? granted.companion : granted.alone).title;
  return {
    words: { heading, outcome, policy, gate, time, number },
    policyTitle: receipt.policy,
    gateName: receipt.gate,
    timeText: receiptTime(receipt.at, person.language),
    receiptNumber: receipt.number,
  };
}
