import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import type { QuarantinedFact } from '../../offline-list/fact-quarantine.ts';
import type { ActivityView } from './activity-page.tsx';
import type { AlertView } from './alert-line.tsx';
import type { CommandView } from './commands-page.tsx';
import type { View } from './fleet-frame.tsx';
import type { ConfigView } from './gate-config.tsx';
import type { HistoryView } from './history-series.ts';
import type { SitePageProps } from './site-page.tsx';

/** A gate and its kiosk as their page shows them, and what whoever asks may do there. */
export interface GatePageProps {
  view: View;
  row: KioskRow;
  gate: {
    id: string;
    name: string;
    place: string;
    policy: string;
    note: string;
    tags: readonly string[];
    x?: number | undefined;
    y?: number | undefined;
  };
  /** The board that stands there. */
  kiosk: { id: string; fingerprint: string; enrolledAt: number } | undefined;
  status: KioskStatus | undefined;
  /** When what is known came; what is known of a silent kiosk is greyed. */
  lastContactAt: number | undefined;
  stale: boolean;
  config: ConfigView;
  history: HistoryView;
  alerts: readonly AlertView[];
  commands: readonly CommandView[];
  events: readonly ActivityView[];
  /** What its kiosks reported and can't be true. */
  refused: readonly QuarantinedFact[];
  policies: SitePageProps['policies'];
  may: {
    note: boolean;
    edit: boolean;
    remove: boolean;
    enrol: boolean;
    revoke: boolean;
    config: boolean;
    alerts: boolean;
    commands: readonly string[];
  };
}
