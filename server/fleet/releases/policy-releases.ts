import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { Policy } from '../../../shared/policy.ts';
import { romeDay } from '../../../shared/rome-day.ts';
import { checkPolicy } from '../../policies/check-policy.ts';
import type { Policies } from '../../policies/policies.ts';
import { POLICY_CHANNEL } from '../../policies/policy-follower.ts';
import { type PolicyStanding, standingOf } from '../../policies/policy-standing.ts';
import {
  decideVersions,
  insertVersion,
  notePolicyChange,
  type PolicyVersion,
} from '../../policies/policy-versions.ts';
import type { Store, Tx } from '../../store/store.ts';
import { type TrialLine, trialTable } from '../../verification/policy-trial.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import { visibleSites } from '../access/permissions.ts';

const noteSchema = z.string().trim().max(500);
const reasonSchema = z.string().trim().min(1).max(300);
/** Versions that wait for a second person, of all policies together. */
const PROPOSED_MAX = 50;

/** A policy with its versions, the oldest first. */
export interface PolicyHistory {
  id: string;
  title: string;
  authority: string;
  standing: PolicyStanding;
  versions: readonly PolicyVersion[];
}

/**
 * How policies change: one administrator proposes a version, another releases it, and from then on gates
 * ask by it. Every act is in the audit. A policy that is retired answers nobody: its gates say that they
 * cannot check.
 */
export class PolicyReleases {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #policies: Policies;
  readonly #now: () => number;

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    policies: Policies;
    now: () => number;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#policies = deps.policies;
    this.#now = deps.now;
  }

  /** Every policy, by id. @throws VarcoError `forbidden`. */
  list(who: FleetActor): PolicyHistory[] {
    demandView(who);
    const ids = [...new Set(this.#policies.history().map(({ policy }) => policy.id))];
    return ids.flatMap((id) => this.#historyOf(id) ?? []);
  }

  /** @throws VarcoError `forbidden`, `policyUnknown`. */
  get(who: FleetActor, id: string): PolicyHistory {
    demandView(who);
    const history = this.#historyOf(id);
    if (!history) {
      throw new VarcoError('policyUnknown', `There is no policy ${id}`);
    }
    return history;
  }

  /** Whether gates with this policy are answered, and if not why. */
  standingOf(id: string): PolicyStanding {
    return standingOf(this.#versionsOf(id), romeDay(this.#now()));
  }

  /**
   * Who would pass by a policy, and what that changes against the version in force.
   *
   * @param input a policy that was not proposed yet, or the version of one that was.
   * @throws VarcoError `forbidden`, `policyUnknown`, and what {@link checkPolicy} throws.
   */
  trial(who: FleetActor, input: { policy: unknown } | { id: string; version: number }) {
    demandView(who);
    const policy =
      'policy' in input
        ? this.#checked(input.policy)
        : this.#versionOf(input.id, input.version).policy;
    const now = new Date(this.#now());
    const inForce = this.#policies.find(policy.id, now);
    const lines: TrialLine[] = trialTable(policy, inForce, romeDay(now.getTime()));
    return { policy, inForce: inForce?.version, lines };
  }

  /**
   * Checks a version and keeps it until somebody else releases it; no gate asks by it before.
   *
   * @param input.policy without a `version`, it gets the next one.
   * @throws VarcoError `forbidden`, `policyExists`, `policyTooMany`, and what {@link checkPolicy} throws.
   */
  async propose(
    who: FleetActor,
    input: { policy: unknown; note?: string | undefined },
  ): Promise<PolicyVersion> {
    demand(who, 'policy.propose');
    const note = parseInput(noteSchema, input.note ?? '', 'policyInvalid');
    await this.#policies.look();
    const policy = this.#checked(input.policy);
    const { id, version } = policy;
    if (version <= (this.#versionsOf(id).at(-1)?.policy.version ?? 0)) {
      throw new VarcoError('policyExists', `The policy ${id} has a version ${version} or later`);
    }
    const at = this.#now();
    await this.#change(id, async (tx) => {
      const waiting = await tx
        .selectFrom('policy')
        .select('version')
        .where('state', '=', 'proposed')
        .execute();
      if (waiting.length >= PROPOSED_MAX) {
        throw new VarcoError('policyTooMany', `${PROPOSED_MAX} versions wait already`);
      }
      if (!(await insertVersion(tx, policy, { state: 'proposed', by: who.id, at, note }))) {
        throw new VarcoError('policyExists', `The policy ${id} has a version ${version} already`);
      }
      await this.#note(tx, who, 'proposed', { policy: id, version, note, proposal: policy });
    });
    return this.#versionOf(id, version);
  }

  /**
   * Puts a proposed version in force, from its first day on. It takes a second person.
   *
   * @param seen the version in force that the proposal was compared with; none if omitted.
   * @throws VarcoError `forbidden`, `policyOwnProposal`, `policyNotProposed`, `policyStale`.
   */
  async release(
    who: FleetActor,
    { id, version, seen }: { id: string; version: number; seen?: number | undefined },
  ): Promise<PolicyVersion> {
    demand(who, 'policy.release');
    await this.#policies.look();
    const proposed = this.#proposed(id, version);
    if ((await this.#personBehind(proposed.proposedBy)) === who.id) {
      throw new VarcoError('policyOwnProposal', 'Another administrator has to release it');
    }
    const inForce = this.#policies.find(id, new Date(this.#now()));
    if (inForce?.version !== seen || (inForce && inForce.version > version)) {
      throw new VarcoError('policyStale', `Version ${inForce?.version ?? 0} is in force now`);
    }
    await this.#decide(who, proposed, { to: 'released', reason: '' });
    return this.#versionOf(id, version);
  }

  /** Takes a proposal back. @throws VarcoError `forbidden`, `policyNotProposed`. */
  async withdraw(
    who: FleetActor,
    { id, version, reason }: { id: string; version: number; reason: string },
  ): Promise<PolicyVersion> {
    demand(who, 'policy.propose');
    const why = parseInput(reasonSchema, reason, 'reasonMissing');
    await this.#policies.look();
    await this.#decide(who, this.#proposed(id, version), { to: 'withdrawn', reason: why });
    return this.#versionOf(id, version);
  }

  /**
   * Ends a policy at once: no version answers any more, and its gates say that they cannot check. One
   * person is enough, since this opens nothing.
   *
   * @throws VarcoError `forbidden`, `policyUnknown`, `reasonMissing`.
   */
  async retire(who: FleetActor, id: string, reason: string): Promise<PolicyHistory> {
    demand(who, 'policy.retire');
    const why = parseInput(reasonSchema, reason, 'reasonMissing');
    await this.#change(id, async (tx) => {
      const decision = { to: 'retired', by: who.id, at: this.#now(), reason: why } as const;
      if ((await decideVersions(tx, { id, from: 'released' }, decision)) === 0) {
        throw new VarcoError('policyUnknown', `No version of the policy ${id} is released`);
      }
      await this.#note(tx, who, 'retired', { policy: id, reason: why });
    });
    return this.get(who, id);
  }

  #checked(input: unknown): Policy {
    const id = typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined;
    const last = this.#versionsOf(String(id)).at(-1)?.policy.version ?? 0;
    return checkPolicy(input, last + 1);
  }

  #proposed(id: string, version: number): PolicyVersion {
    const found = this.#versionOf(id, version);
    if (found.state !== 'proposed') {
      throw new VarcoError('policyNotProposed', `The version ${version} is ${found.state}`);
    }
    return found;
  }

  async #decide(
    who: FleetActor,
    { policy: { id, version } }: PolicyVersion,
    { to, reason }: { to: 'released' | 'withdrawn'; reason: string },
  ): Promise<void> {
    await this.#change(id, async (tx) => {
      const decision = { to, by: who.id, at: this.#now(), reason };
      if ((await decideVersions(tx, { id, version, from: 'proposed' }, decision)) === 0) {
        throw new VarcoError('policyNotProposed', 'Somebody else was faster');
      }
      await this.#note(tx, who, to, { policy: id, version, reason });
    });
  }

  /** One transaction; then this node knows at once, and the others are notified. */
  async #change(id: string, work: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await work(tx);
      await notePolicyChange(tx);
    });
    await this.#policies.reload();
    await this.#store.notify(POLICY_CHANNEL, id);
  }

  /** A program acts for who made its token: they cannot release what it proposed. */
  async #personBehind(actor: string): Promise<string> {
    if (!actor.startsWith('token:')) {
      return actor;
    }
    const row = await this.#store.db
      .selectFrom('api_token')
      .select('created_by')
      .where('id', '=', actor.slice('token:'.length))
      .executeTakeFirst();
    return row?.created_by ?? actor;
  }

  #historyOf(id: string): PolicyHistory | undefined {
    const versions = this.#versionsOf(id);
    const shown = versions.findLast(({ state }) => state === 'released') ?? versions.at(-1);
    if (!shown) {
      return undefined;
    }
    const { title, authority } = shown.policy;
    return { id, title, authority, standing: this.standingOf(id), versions };
  }

  #versionsOf(id: string): PolicyVersion[] {
    return this.#policies.history().filter(({ policy }) => policy.id === id);
  }

  #versionOf(id: string, version: number): PolicyVersion {
    const found = this.#versionsOf(id).find(({ policy }) => policy.version === version);
    if (!found) {
      throw new VarcoError('policyUnknown', `There is no version ${version} of the policy ${id}`);
    }
    return found;
  }

  async #note(tx: Tx, who: FleetActor, act: string, body: Record<string, unknown>): Promise<void> {
    await this.#activity.note(tx, [{ kind: `policy.${act}`, actor: who.id, body }]);
  }
}

/** Policies are of no site: who sees any gate sees them. */
function demandView(who: FleetActor): void {
  if (visibleSites(who) === undefined) {
    throw new VarcoError('forbidden', `${who.role} may not see the policies`);
  }
}
