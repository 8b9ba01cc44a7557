import type { VNode } from 'preact';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import { decoration, PresenceShape } from './signs.tsx';

import type { FleetWords } from './words/words.ts';

/** A floor plan in metres, as `server/fleet/places/sites.ts` keeps it. */
export interface FloorPlan {
  widthM: number;
  heightM: number;
  rooms: readonly { title: string; corners: readonly (readonly [number, number])[] }[];
}

/** A kiosk and where it stands, 0 to 1 from the left and from the top. */
export interface EnrolledKiosk {
  row: KioskRow;
  x?: number | undefined;
  y?: number | undefined;
}

/** The drawing is so many units wide, whatever it shows. */
const WIDTH = 1_000;
const PLAIN_HEIGHT = 560;
const GRID = 100;
const LABEL_MAX = 22;

/**
 * A site's kiosks where they stand: on its floor plan, else on a plain sheet. Each is a link with its
 * state in words, so that the drawing is also a list for who does not see it.
 */
export function SitePlan(props: {
  plan: FloorPlan | undefined;
  kiosks: readonly EnrolledKiosk[];
  words: FleetWords;
  title: string;
}): VNode {
  const { plan, kiosks, words } = props;
  const scale = plan ? WIDTH / plan.widthM : 1;
  const height = plan ? Math.round(plan.heightM * scale) : PLAIN_HEIGHT;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section class="plan" tabIndex={0} aria-label={props.title}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset. */}
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="group" aria-label={props.title}>
        {plan ? <Rooms plan={plan} scale={scale} /> : <Grid height={height} />}
        {spread(kiosks, height).map(({ row, left, top }) => (
          <g key={row.id} transform={`translate(${left} ${top})`}>
            <a
              href={`/fleet/gates/${encodeURIComponent(row.id)}`}
              aria-label={`${row.name}: ${words.presence[row.presence]}`}
              class="spot"
            >
              <circle class="halo" r="24" />
              <g transform="scale(2)">
                <PresenceShape presence={row.presence} />
              </g>
              <text y="44" text-anchor="middle" {...decoration}>
                {row.name.length > LABEL_MAX ? `${row.name.slice(0, LABEL_MAX - 1)}…` : row.name}
              </text>
            </a>
          </g>
        ))}
      </svg>
    </section>
  );
}

function Rooms({ plan, scale }: { plan: FloorPlan; scale: number }): VNode {
  return (
    <g class="rooms" {...decoration}>
      {plan.rooms.map(({ title, corners }) => {
        const points = corners.map(([x, y]) => `${round(x * scale)},${round(y * scale)}`);
        const left = corners.reduce((sum, [x]) => sum + x, 0) / corners.length;
        const top = Math.min(...corners.map(([, y]) => y));
        return (
          <g key={points.join(' ')}>
            <polygon points={points.join(' ')} />
            <text x={round(left * scale)} y={round(top * scale + 24)} text-anchor="middle">
              {title}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Grid({ height }: { height: number }): VNode {
  const lines = (length: number) =>
    Array.from({ length: Math.floor(length / GRID) + 1 }, (_, index) => index * GRID);
  return (
    <g class="grid" {...decoration}>
      {lines(WIDTH).map((x) => (
        <line key={`x${x}`} x1={x} x2={x} y1="0" y2={height} />
      ))}
      {lines(height).map((y) => (
        <line key={`y${y}`} x1="0" x2={WIDTH} y1={y} y2={y} />
      ))}
    </g>
  );
}

/** Those without a place stand in rows, in their order, so that none is missing. PURE. */
export function spread(
  kiosks: readonly EnrolledKiosk[],
  height: number,
): { row: KioskRow; left: number; top: number }[] {
  const loose = kiosks.filter(({ x, y }) => x === undefined || y === undefined);
  const across = Math.max(1, Math.ceil(Math.sqrt((loose.length * WIDTH) / height)));
  const down = Math.max(1, Math.ceil(loose.length / across));
  let next = 0;
  return kiosks.map(({ row, x, y }) => {
    if (x !== undefined && y !== undefined) {
      return { row, left: round(x * WIDTH), top: round(y * height) };
    }
    const index = next++;
    return {
      row,
      left: round((((index % across) + 0.5) / across) * WIDTH),
      top: round(((Math.floor(index / across) + 0.5) / down) * height),
    };
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
