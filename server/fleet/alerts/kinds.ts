/** What an alert can be about; a closed set. */
export const alertKinds = [
  'offline',
  'siteOutage',
  'peripheral',
  'listTooOld',
  'clockSkew',
  'temperature',
  'disk',
  'underVoltage',
  'expiry',
  'outboxGrowing',
  'configFailed',
  'messagesStuck',
  'refusals',
  'guessing',
  'flood',
  'twoBoards',
  'factsRefused',
  'setAside',
  'proxyUnnamed',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** A kiosk that is broken, or in the wrong hands: its key can be revoked at once. */
export const untrustworthy: readonly AlertKind[] = ['flood', 'twoBoards', 'factsRefused'];

/** In which unit a kind's `value` is measured; the others are counts. */
export const units: Partial<Record<AlertKind, string>> = {
  temperature: '°C',
  disk: '%',
  clockSkew: 's',
  listTooOld: 'h',
};

/** `critical`: people are turned away now, or somebody attacks. */
export type Severity = 'critical' | 'warning';

export const severities: Record<AlertKind, Severity> = {
  offline: 'critical',
  siteOutage: 'critical',
  peripheral: 'critical',
  listTooOld: 'warning',
  clockSkew: 'warning',
  temperature: 'warning',
  disk: 'warning',
  underVoltage: 'warning',
  expiry: 'warning',
  outboxGrowing: 'warning',
  configFailed: 'warning',
  messagesStuck: 'warning',
  refusals: 'warning',
  guessing: 'critical',
  flood: 'critical',
  twoBoards: 'critical',
  factsRefused: 'critical',
  setAside: 'warning',
  proxyUnnamed: 'warning',
};
