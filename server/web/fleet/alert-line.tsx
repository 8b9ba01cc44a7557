import type { VNode } from 'preact';
import type { Severity } from '../../fleet/alerts/kinds.ts';
import { Moment, type View } from './fleet-frame.tsx';
import type { PlaceLink } from './place-links.ts';
import { SeveritySign } from './signs.tsx';

/** An alert as the pages show it. */
export interface AlertView {
  id: string;
  kind: string;
  severity: Severity;
  /** Absent: it is about the server itself. */
  site?: PlaceLink | undefined;
  /** Absent: it is about the whole site. */
  gate?: PlaceLink | undefined;
  /** The gate whose key can be revoked at once: its kiosk may be in the wrong hands. */
  revokes?: string | undefined;
  raisedAt: number;
  clearedAt?: number | undefined;
  /** What was measured, in words without a language, such as `81 °C` or `scanner: lost`. */
  value?: string | undefined;
  acknowledged?: { by: string; at: number; reason: string } | undefined;
  silenced?: { by: string; until: number; reason: string } | undefined;
}

/** One alert: how bad, what, where, since when. */
export function AlertLine({ alert, view }: { alert: AlertView; view: View }): VNode {
  const { words, format } = view;
  const { kind, severity, gate } = alert;
  return (
    <p class="alert-line" data-alert={kind}>
      <SeveritySign severity={severity} word={words.severity[severity]} />{' '}
      <strong>{words.alerts.kinds[kind] ?? kind}</strong>
      {alert.value && <span class="value"> {alert.value}</span>}
      {' · '}
      {gate && (
        <>
          <a href={`/fleet/gates/${encodeURIComponent(gate.id)}`}>{gate.name}</a>
          {', '}
        </>
      )}
      {alert.site && (
        <>
          <a href={`/fleet/sites/${encodeURIComponent(alert.site.id)}`}>{alert.site.name}</a>
          {' · '}
        </>
      )}
      <Moment at={alert.raisedAt} format={format} />
      {alert.clearedAt !== undefined && (
        <>
          {' – '}
          <Moment at={alert.clearedAt} format={format} />
        </>
      )}
    </p>
  );
}
