import type { VNode } from 'preact';
import type { Presence } from '../../fleet/state/presence.ts';
import { decoration, PresenceShape } from './signs.tsx';

/** A site on the map, with the worst of its kiosks' presences. */
export interface MappedSite {
  id: string;
  name: string;
  latitude: number;
  longitude: number;
  worst: Presence;
  word: string;
}

const WIDTH = 1_000;
const MARGIN_DEGREES = 0.6;
const ASPECT_MAX = 1.4;
const LABEL_MAX = 22;

/**
 * The sites by latitude and longitude, on a net of degrees: a plain drawing that asks no tile server
 * where our gates are. Equirectangular, true to scale along the middle parallel.
 */
export function SitesMap({ sites, title }: { sites: readonly MappedSite[]; title: string }): VNode {
  const { project, height, meridians, parallels } = netOf(sites);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section class="plan" tabIndex={0} aria-label={title}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset. */}
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label={title}>
        <g class="grid" {...decoration}>
          {meridians.map((longitude) => {
            const { left } = project(0, longitude);
            return (
              <g key={longitude}>
                <line x1={left} x2={left} y1="0" y2={height} />
                <text x={left + 4} y={height - 6}>{`${longitude}°`}</text>
              </g>
            );
          })}
          {parallels.map((latitude) => {
            const { top } = project(latitude, 0);
            return (
              <g key={latitude}>
                <line x1="0" x2={WIDTH} y1={top} y2={top} />
                <text x="4" y={top - 4}>{`${latitude}°`}</text>
              </g>
            );
          })}
        </g>
        {sites.map((site) => {
          const { left, top } = project(site.latitude, site.longitude);
          return (
            <g key={site.id} transform={`translate(${left} ${top})`}>
              <a
                href={`/fleet/sites/${encodeURIComponent(site.id)}`}
                aria-label={`${site.name}: ${site.word}`}
                class="spot"
              >
                <circle class="halo" r="24" />
                <g transform="scale(2)">
                  <PresenceShape presence={site.worst} />
                </g>
                <text y="44" text-anchor="middle" {...decoration}>
                  {site.name.length > LABEL_MAX
                    ? `${site.name.slice(0, LABEL_MAX - 1)}…`
                    : site.name}
                </text>
              </a>
            </g>
          );
        })}
      </svg>
    </section>
  );
}

/** The net of whole degrees around the sites, and where a place stands in it. PURE. */
export function netOf(sites: readonly Pick<MappedSite, 'latitude' | 'longitude'>[]) {
  const range = (values: readonly number[]) =>
    [Math.min(...values) - MARGIN_DEGREES, Math.max(...values) + MARGIN_DEGREES] as const;
  const [south, north] = range(sites.map(({ latitude }) => latitude));
  const [west, east] = range(sites.map(({ longitude }) => longitude));
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const natural = ((north - south) / ((east - west) * squeeze)) * WIDTH;
  const height = Math.round(Math.min(WIDTH * ASPECT_MAX, Math.max(WIDTH / 3, natural)));
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    height,
    project: (latitude: number, longitude: number) => ({
      left: round(((longitude - west) / (east - west)) * WIDTH),
      top: round(((north - latitude) / (north - south)) * height),
    }),
    meridians: wholeDegrees(west, east),
    parallels: wholeDegrees(south, north),
  };
}

const LINES_MAX = 24;

function wholeDegrees(from: number, to: number): number[] {
  const step = Math.max(1, Math.ceil((to - from) / LINES_MAX));
  const first = Math.ceil(from / step) * step;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
