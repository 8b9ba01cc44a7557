import { pickOne, seededRandom } from '../../../scripts/sample/seeded-random.ts';
import type { Presence } from '../../../server/fleet/state/presence.ts';
import { type KioskRow, presences } from '../../../server/fleet/view/kiosk-row.ts';

const sites = [
  'Milano Centrale',
  'Città della Scienza',
  'Uffizi',
  'Venezia Santa Lucia',
  'Bolzano',
];

/** Rows of this many kiosks, the same for the same seed. */
export function kioskRows(count: number, seed = 1): KioskRow[] {
  const random = seededRandom(seed);
  const one = <Value>(values: readonly Value[]) => pickOne(values, random);
  return Array.from({ length: count }, (_, index) => {
    const presence: Presence = random() < 0.8 ? 'online' : one(presences);
    const site = Math.floor(random() * sites.length);
    const alerts = random() < 0.05 ? 1 + Math.floor(random() * 3) : 0;
    return {
      id: `gate-${index}`,
      name: `Varco ${index % 40}`,
      siteId: `site-${site}`,
      siteName: sites[site] ?? '',
      policy: one(['musei-statali', 'trasporto-veneto']),
      tags: random() < 0.3 ? [one(['nord', 'prova', 'ingresso'])] : [],
      presence,
      since: presence === 'neverSeen' ? null : Math.floor(random() * 1e6),
      lastSeenAt: presence === 'neverSeen' ? null : Math.floor(random() * 1e6),
      faults: presence === 'degraded' ? [one(['scanner', 'keypad'])] : [],
      alerts,
      worst: alerts > 0 ? one(['critical', 'warning'] as const) : null,
      drift: random() < 0.1,
      software: presence === 'neverSeen' ? null : one(['0.9.1', '0.10.0']),
    };
  });
}
