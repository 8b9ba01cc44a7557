import type { AlertKind } from '../kinds.ts';
import type { Notice } from '../notices.ts';

/** What is said of alerts in one language, on pages and in e-mails. */
export interface AlertWords {
  kinds: Record<AlertKind, string>;
  /** The parts of a kiosk, by the name in its reports. */
  parts: Record<string, string>;
  /** What a measured figure is; one that is not here is the alert's own. */
  details: Record<string, string>;
  notices: Record<Notice, string>;
  /** What an alert is about that is of no site. */
  server: string;
  /** So many that are open, and so many that are over. */
  fresh(count: number): string;
  over(count: number): string;
  /** So many lines that an e-mail leaves out. */
  more(count: number): string;
}
