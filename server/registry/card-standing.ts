import { romeMidnight } from '../../shared/rome-day.ts';
import { entails } from './entails.ts';
import type { StatusFacts } from './person-status.ts';

/** What is on record of a Disability Card. */
export interface CardRecord {
  state: string | null;
  /** The end of its last day, in Unix milliseconds. */
  expires_at: number | null;
  /** Whether an "A" is printed on it; 1 or 0. */
  companion: number | null;
}

/**
 * What a Disability Card is worth on a day.
 *
 * - `valid`: opens what asks for a card; `companion` says whether the holder may be accompanied.
 * - `notDue`: the archive has spoken, and its holder's status does not entitle to the card any more.
 */
export type CardStanding =
  | { name: 'valid'; companion: boolean }
  | { name: 'locked' | 'revoked' | 'expired' | 'notDue' };

/**
 * What a card is worth: the one answer that gates, offline lists, the reading page, the desk, the portal,
 * the PDF and messages give. Pure.
 *
 * The card attests the holder's status, so it is worth nothing once that is gone (DPCM 6 November 2020
 * art. 1), and its "A" once nothing in force asks for a companion. An archive that knows nothing of the
 * holder (paper verbali) takes nothing from a card.
 *
 * @param day ISO date in Rome.
 */
export function cardStanding(status: StatusFacts, card: CardRecord, day: string): CardStanding {
  if (card.state !== 'live' && card.state !== 'locked') {
    return { name: 'revoked' };
  }
  if (isExpired(card, day)) {
    return { name: 'expired' };
  }
  if (card.state === 'locked') {
    return { name: 'locked' };
  }
  const isPrinted = card.companion === 1;
  if (Object.keys(status).length === 0) {
    return { name: 'valid', companion: isPrinted };
  }
  return isEntitledToCard(status)
    ? { name: 'valid', companion: isPrinted && needsCompanion(status) }
    : { name: 'notDue' };
}

/** Whether a card, or any code that has an end, ended before a day began. Pure. */
export function isExpired({ expires_at }: Pick<CardRecord, 'expires_at'>, day: string): boolean {
  return expires_at !== null && expires_at <= romeMidnight(day);
}

/** Whether this status entitles its person to the card. Pure. */
export function isEntitledToCard(status: StatusFacts): boolean {
  return Object.values(status).some((judgement) => entails(judgement).disabilityCard);
}

/** Whether a card issued on this status carries the companion's mark. Pure. */
export function needsCompanion(status: StatusFacts): boolean {
  return Object.values(status).some((judgement) => entails(judgement).companion);
}
