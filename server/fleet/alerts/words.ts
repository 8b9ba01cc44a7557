import type { Alert } from './alert-store.ts';
import type { AlertKind } from './kinds.ts';
import type { Notice } from './notices.ts';

/** What an e-mail calls each kind; English, the language of operators' mail and of the API. */
const titles: Record<AlertKind, string> = {
  offline: 'no word from the kiosk',
  siteOutage: 'the whole site is out',
  peripheral: 'a part does not work',
  listTooOld: 'the offline list is old',
  clockSkew: 'the clock is wrong',
  temperature: 'the board is hot',
  disk: 'the disk is nearly full',
  underVoltage: 'the supply is too weak',
  expiry: 'a certificate, key or token ends soon',
  outboxGrowing: 'facts wait on the kiosk',
  configFailed: 'a config was not taken',
  refusals: 'refusals far above the habit',
  guessing: 'somebody may be guessing',
};

const marks: Record<Notice, string> = {
  raised: 'NEW',
  reminder: 'STILL OPEN',
  cleared: 'OVER',
};

/** One alert in one line, such as `NEW  Ingresso (torino): the board is hot: value 84`. */
export function alertLine(alert: Alert, notice: Notice, titleOf: (alert: Alert) => string): string {
  const detail = Object.entries(alert.detail)
    .filter(([name]) => name !== 'lastSeenAt' && name !== 'at')
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join(', ');
  const line = `${marks[notice]}  ${titleOf(alert)}: ${titles[alert.kind]}${detail ? ` (${detail})` : ''}`;
  return line.slice(0, 200);
}

/** The subject of an e-mail about some alerts. */
export function alertsTitle(due: readonly { alert: Alert; notice: Notice }[]): string {
  const fresh = due.filter(({ notice }) => notice !== 'cleared').length;
  const over = due.length - fresh;
  const parts = [
    ...(fresh > 0 ? [`${fresh} ${fresh === 1 ? 'alert' : 'alerts'}`] : []),
    ...(over > 0 ? [`${over} over`] : []),
  ];
  return `varco: ${parts.join(', ')}`;
}
