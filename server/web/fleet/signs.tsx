import type { VNode } from 'preact';
import type { Severity } from '../../fleet/alerts/kinds.ts';
import type { Presence } from '../../fleet/state/presence.ts';

// Each presence has a shape of its own: colour is never the only sign (WCAG 1.4.1).
const shapes: Record<Presence, string> = {
  online: 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.2-4.3 4.9-2.9-2.7 1-1.1 1.8 1.7 3.3-3.8Z',
  degraded: 'M8 1 .7 14.5h14.6ZM7.2 6h1.6v4.4H7.2Zm0 5.6h1.6v1.6H7.2Z',
  offline:
    'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.4 9.3-1.1 1.1L8 9.1l-2.3 2.3-1.1-1.1L6.9 8 4.6 5.7l1.1-1.1L8 6.9l2.3-2.3 1.1 1.1L9.1 8Z',
  outOfService: 'M2 2h12v12H2Zm3.2 3v6h2V5Zm3.6 0v6h2V5Z',
  updating:
    'M8 1a7 7 0 0 1 6.6 4.7l-1.9.6A5 5 0 0 0 4 5l1.7 1.7H1V2l1.6 1.6A7 7 0 0 1 8 1Zm7 8.3V14l-1.6-1.6A7 7 0 0 1 1.4 10.3l1.9-.6A5 5 0 0 0 12 11l-1.7-1.7Z',
  neverSeen:
    'M8 1a7 7 0 0 1 4 1.3l-1.1 1.6A5 5 0 0 0 8 3Zm6.7 5A7 7 0 0 1 14 11.6l-1.7-1A5 5 0 0 0 12.800 6.700ZM11.500 14.100A7 7 0 0 1 6 14.700L6.500 12.800A5 5 0 0 0 10.600 12.300ZM3.200 13.100A7 7 0 0 1 1 8.500L3 8.300A5 5 0 0 0 4.500 11.600ZM1.500 5.300A7 7 0 0 1 5.500 1.500L6.200 3.300A5 5 0 0 0 3.400 6Z',
};

/** For what only decorates or repeats: it is not read out. */
export const decoration = { 'aria-hidden': 'true' } as const;

/** A presence: its shape and, unless it stands beside it anyway, its word. */
export function PresenceSign(props: { presence: Presence; word?: string }): VNode {
  return (
    <span class={`presence ${props.presence}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path fill-rule="evenodd" d={shapes[props.presence]} />
      </svg>
      {props.word && <span>{props.word}</span>}
    </span>
  );
}

/** The shape alone, for a place in a drawing; its middle is at the origin, and it is 16 units wide. */
export function PresenceShape({ presence }: { presence: Presence }): VNode {
  return (
    <path
      class={`presence ${presence}`}
      fill-rule="evenodd"
      transform="translate(-8 -8)"
      d={shapes[presence]}
    />
  );
}

/** How bad an alert is. */
export function SeveritySign(props: { severity: Severity; word: string }): VNode {
  return (
    <span class={`severity ${props.severity}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
        <path
          fill-rule="evenodd"
          d={
            props.severity === 'critical'
              ? 'M5 1h6l4 4v6l-4 4H5l-4-4V5Zm2.200 3v5h1.600V4Zm0 6.200v1.600h1.600v-1.600Z'
              : shapes.degraded
          }
        />
      </svg>
      <span>{props.word}</span>
    </span>
  );
}
