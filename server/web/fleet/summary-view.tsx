import type { VNode } from 'preact';
import type { Presence } from '../../fleet/state/presence.ts';
import { type FleetSummary, presences } from '../../fleet/view/kiosk-row.ts';
import { PresenceSign } from './signs.tsx';
import type { FleetWords } from './words/words.ts';

const order: readonly Presence[] = [
  'online',
  'degraded',
  'offline',
  'outOfService',
  'updating',
  'neverSeen',
];

/** The fleet in one look: each number is a link to the kiosks that it counts. */
export function SummaryView({
  summary,
  words,
}: {
  summary: FleetSummary;
  words: FleetWords;
}): VNode {
  return (
    <ul class="summary">
      <li>
        <a href="/fleet" data-count="total">
          <strong>{summary.gates}</strong> <span>{words.summary.total(summary.gates)}</span>
        </a>
      </li>
      {order.map((presence) => (
        <li key={presence} class={summary.presence[presence] > 0 ? '' : 'zero'}>
          <a href={`/fleet?presence=${presence}`} data-count={presence}>
            <strong>{summary.presence[presence]}</strong>{' '}
            <PresenceSign presence={presence} word={words.presence[presence]} />
          </a>
        </li>
      ))}
      <li class={summary.alerts > 0 ? '' : 'zero'}>
        <a href="/fleet/alerts" data-count="alerts">
          <strong>{summary.alerts}</strong> <span>{words.summary.alerts(summary.alerts)}</span>
        </a>
      </li>
      <li class={summary.drift > 0 ? '' : 'zero'}>
        <a href="/fleet?only=drift" data-count="drift">
          <strong>{summary.drift}</strong> <span>{words.summary.drift(summary.drift)}</span>
        </a>
      </li>
    </ul>
  );
}

/** The presences, for a list to choose from: all of them, in the order of the table. */
export const presenceChoices: readonly Presence[] = presences;
