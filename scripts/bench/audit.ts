/**
 * The audit: what a row costs depending on how many are committed together, what indexing its subject
 * costs, and how fast a chain is verified.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Audit, type AuditEvent } from '../../server/audit/audit.ts';
import { indexSubjects } from '../../server/audit/subject-index.ts';
import { verifyAudit } from '../../server/audit/verify-chain.ts';
import { generateKeyringFile, Keyring } from '../../server/keys/keyring.ts';
import { openStore } from '../../server/store/open-store.ts';
import { newRequestId } from '../../shared/request-id.ts';
import type { BenchContext } from './harness/bench-context.ts';

const GROUPS = [1, 8, 64, 512];
const GROUP_SECONDS = 2;
const VERIFY_ROWS = 200_000;
const VERIFY_GOAL = 100_000;

export async function run(context: BenchContext): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-bench-'));
  const store = await openStore(`sqlite:${join(folder, 'audit.db')}`);
  const keyring = new Keyring(generateKeyringFile(0));
  const audit = new Audit({ store, keyring, node: 'bench', now: Date.now });
  let made = 0;
  const write = async (group: number) => {
    const events = Array.from({ length: group }, () => event(made++));
    await store.transaction((tx) => audit.append(tx, events));
  };
  try {
    for (const group of GROUPS) {
      const startedAt = performance.now();
      const cpu = process.cpuUsage();
      let rows = 0;
      while (performance.now() - startedAt < GROUP_SECONDS * 1000) {
        await write(group);
        rows += group;
      }
      const { user, system } = process.cpuUsage(cpu);
      const rate = rows / ((performance.now() - startedAt) / 1000);
      context.report({ metric: `rows in groups of ${group}`, value: rate, unit: '1/s' });
      const micros = (user + system) / rows;
      context.report({ metric: `CPU of a row in groups of ${group}`, value: micros, unit: 'µs' });
    }
    while (made < VERIFY_ROWS) {
      await write(2048);
    }
    const before = process.cpuUsage();
    const listed = await indexSubjects(store);
    const { user, system } = process.cpuUsage(before);
    context.report({
      metric: 'CPU of indexing the subject of a row',
      value: (user + system) / listed,
      unit: 'µs',
    });
    const startedAt = performance.now();
    const { rows, problems } = await verifyAudit(store, keyring);
    const rate = rows / ((performance.now() - startedAt) / 1000);
    if (problems.length > 0) {
      throw new Error('The chain has problems');
    }
    const met = rate >= VERIFY_GOAL;
    context.report({
      metric: 'verify',
      value: rate,
      unit: 'rows/s',
      goal: `≥ ${VERIFY_GOAL}`,
      met,
    });
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

function event(index: number): AuditEvent {
  return {
    kind: 'verification',
    subject: `subject ${index % 1000}`,
    request: `${newRequestId(Date.now(), randomBytes)} kiosk:bench`,
    body: {
      asker: 'kiosk:bench',
      site: 'bench',
      policy: 'trasporto-piemonte',
      version: 1,
      verdict: { outcome: 'granted', companion: false },
      cause: 'recognised',
    },
  };
}
