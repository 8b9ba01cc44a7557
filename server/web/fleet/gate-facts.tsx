import type { ComponentChildren, VNode } from 'preact';
import type { KioskStatus } from '../../../shared/protocol/kiosk-status.ts';
import type { View } from './fleet-frame.tsx';
import type { Format } from './format.ts';
import type { FleetWords } from './words/words.ts';

const GIB = 1_073_741_824;
/** Beyond these a value is marked; the alerts' own limits are the server's. */
const HOT_C = 75;
const FULL_SHARE = 0.9;

interface Fact {
  name: string;
  value: ComponentChildren;
  bad?: boolean | undefined;
}

/** The machine under the kiosk, its clock, its link and its list: name and value. */
export function MachineFacts(props: { view: View; status: KioskStatus | undefined }): VNode {
  const { view, status } = props;
  const { words, format } = view;
  const facts = status ? factsOf(status, words, format) : [];
  if (facts.length === 0) {
    return <p class="none">{words.kiosk.noParts}</p>;
  }
  return (
    <dl class="facts">
      {facts.map(({ name, value, bad }) => (
        <div key={name} data-fact={name} class={bad ? 'bad' : ''}>
          <dt>{words.kiosk.facts[name] ?? name}</dt>
          <dd>
            {bad && <span aria-hidden="true">⚠ </span>}
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Only what the kiosk reported: an unknown value is left out. */
export function factsOf(status: KioskStatus, words: FleetWords, format: Format): Fact[] {
  const { machine, clock, link, offline, software, config } = status;
  const { power, memory, disk } = machine ?? {};
  const list = (flags: readonly string[]) =>
    flags.map((flag) => words.kiosk.facts[flag] ?? flag).join(', ') || '–';
  return [
    fact('software', software, (value) => value),
    fact('temperature', machine?.cpuTemperatureC, (value) => `${format.number(value)} °C`, {
      bad: (value) => value >= HOT_C,
    }),
    fact('powerNow', power?.now, list, { bad: (flags) => flags.length > 0 }),
    fact('powerSinceBoot', power?.sinceBoot, list, { bad: (flags) => flags.length > 0 }),
    fact('memory', memory, (value) => used(value, format), { bad: isFull }),
    fact('disk', disk, (value) => used(value, format), { bad: isFull }),
    fact('uptime', machine?.uptimeS, (value) => format.duration(value * 1_000)),
    fact('clock', clock?.trust, (value) => words.clockTrust[value] ?? value, {
      bad: (value) => value !== 'synced',
    }),
    fact('skew', clock?.skewMs, (value) => `${format.number(value, 0)} ms`, {
      bad: (value) => Math.abs(value) > 2_000,
    }),
    fact('roundTrip', link?.roundTripMs, (value) => `${format.number(value, 0)} ms`),
    fact('reconnects', link?.reconnects, (value) => format.number(value, 0)),
    fact('list', offline?.list, (value) => words.kiosk.facts[`list.${value}`] ?? value, {
      bad: (value) => value === 'tooOld',
    }),
    fact('listVersion', offline?.listVersion, ({ epoch, version }) => `${epoch}.${version}`),
    fact('listAge', offline?.listAgeMs, (value) => format.duration(value)),
    fact('queue', offline?.factsWaiting, (value) => format.number(value, 0)),
    fact('quarantined', offline?.factsQuarantined, (value) => format.number(value, 0), {
      bad: (value) => value > 0,
    }),
    fact('configVersion', config?.version, (value) => format.number(value, 0)),
  ].flat();
}

function fact<Value>(
  name: string,
  value: Value | undefined,
  show: (value: Value) => ComponentChildren,
  options: { bad?: (value: Value) => boolean } = {},
): Fact[] {
  return value === undefined ? [] : [{ name, value: show(value), bad: options.bad?.(value) }];
}

type Room = { totalBytes: number; availableBytes: number };

function isFull({ totalBytes, availableBytes }: Room): boolean {
  return totalBytes > 0 && 1 - availableBytes / totalBytes >= FULL_SHARE;
}

function used({ totalBytes, availableBytes }: Room, format: Format): string {
  const share = totalBytes > 0 ? 1 - availableBytes / totalBytes : 0;
  return `${format.percent(share)} (${format.number(totalBytes / GIB)} GiB)`;
}
