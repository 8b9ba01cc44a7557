import { Command, InvalidArgumentError } from 'commander';
import { nodeScrypt } from '../../device/list/node-crypto.ts';
import { deriveEntry, fullCost } from '../../shared/offline-list/entry-key.ts';
import { printLine } from './print-line.ts';

/** From a quarter of the usual cost to the highest that a kiosk accepts (128 MiB). */
const COSTS = [8_192, 16_384, 32_768, 65_536, 131_072] as const;
/** The median of so many. */
const RUNS = 5;

/** How long one derivation takes on this machine, in milliseconds. */
export interface MeasuredCost {
  cost: number;
  ms: number;
}

/** `varco kiosk list-cost`: what cost of an offline list this board bears. */
export function listCostCommand(): Command {
  return new Command('list-cost')
    .description('measure how long the key of an offline list takes on this board, cost by cost')
    .option('--within <ms>', 'the longest that somebody at the gate should wait for it', toMs, 250)
    .option('--json', 'one JSON object per line')
    .action(async ({ within, json }: { within: number; json?: boolean }) => {
      const measured: MeasuredCost[] = [];
      for (const cost of COSTS) {
        const one = { cost, ms: await medianMs(cost) };
        measured.push(one);
        printLine(json ? JSON.stringify(one) : `cost ${one.cost}: ${Math.round(one.ms)} ms`);
      }
      const borne = highestWithin(measured, within);
      if (borne === undefined) {
        printLine(
          json ? JSON.stringify({ borne: null }) : `no cost stays within ${within} ms here`,
        );
        process.exitCode = 1;
        return;
      }
      printLine(
        json
          ? JSON.stringify({ borne })
          : `within ${within} ms: "offlineLists": {"cost": ${borne}}`,
      );
    });
}

/** The highest cost that, like every lower one, stays within the time; a lucky measurement counts not. */
export function highestWithin(measured: readonly MeasuredCost[], ms: number): number | undefined {
  const over = measured.findIndex((one) => one.ms > ms);
  const within = over < 0 ? measured : measured.slice(0, over);
  return within.at(-1)?.cost;
}

async function medianMs(cost: number): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now();
    await deriveEntry('RSSMRA85T10A562S', '0'.repeat(32), { ...fullCost, cost }, nodeScrypt);
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.POSITIVE_INFINITY;
}

function toMs(text: string): number {
  const ms = Number(text);
  if (!(ms >= 1 && ms <= 60_000)) {
    throw new InvalidArgumentError('a time in milliseconds, 1 to 60000');
  }
  return ms;
}
