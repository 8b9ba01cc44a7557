import type { Clock } from '../../shared/clock.ts';
import type { Audit } from '../audit/audit.ts';
import type { AnswerTimes, EvenAnswers } from '../guessing/even-answers.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Policies } from '../policies/policies.ts';
import type { Registry } from '../registry/registry.ts';
import type { StatusSource } from '../registry/status-source.ts';
import type { Store } from '../store/store.ts';
import { FirstLevel } from './first-level.ts';
import { GateAnswers } from './gate-answers.ts';
import { ensureTimingDecoy, GateLookup } from './gate-lookup.ts';
import type { Messenger } from './messenger.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { SecondLevel } from './second-level.ts';
import { VelocityCheck } from './velocity-check.ts';
import { Verification } from './verification.ts';
import { VerificationBatch } from './verification-batch.ts';

/** The checks of a credential: at a gate, on the reading page, and of the second level. */
export function buildVerification(deps: {
  store: Store;
  keyring: Keyring;
  audit: Audit;
  registry: Registry;
  policies: Policies;
  clock: Clock;
  log: Log;
  node: string;
  /** Absent: the registry answers for people's status. */
  source: StatusSource | undefined;
  /** Absent: one-time codes are `unavailable`. */
  messenger: Messenger | undefined;
  evenAnswers: EvenAnswers;
  answerTimes: AnswerTimes;
}) {
  const { store, keyring, clock } = deps;
  const gateLookup = new GateLookup(store);
  const now = () => clock.now();
  const refusals = new RefusalCounts({ ...deps, now });
  const base = { ...deps, gateLookup, refusals, now };
  const secondLevel = new SecondLevel(base);
  const velocityCheck = new VelocityCheck(deps);
  const verificationBatch = new VerificationBatch({ ...base, secondLevel, velocityCheck });
  const verification = new Verification({ ...base, verificationBatch });
  const isUpstream = deps.source !== undefined;
  return {
    verification,
    gateAnswers: new GateAnswers({ ...base, verification, secondLevel, isUpstream }),
    firstLevel: new FirstLevel(base),
    secondLevel,
    velocityCheck,
    refusalCounts: refusals,
    async start() {
      await ensureTimingDecoy(store, keyring);
      await velocityCheck.start();
    },
    async stop() {
      await velocityCheck.stop();
      await refusals.close(true);
    },
  };
}
