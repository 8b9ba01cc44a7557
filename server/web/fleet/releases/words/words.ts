import type { PolicyStanding } from '../../../../policies/policy-standing.ts';
import type { PolicyState } from '../../../../policies/policy-versions.ts';
import type { TrialLine } from '../../../../verification/policy-trial.ts';

/** What the pages of policies say, in one language. */
export interface ReleaseWords {
  heading: string;
  lead: string;
  policy: string;
  authority: string;
  standing: string;
  gates: string;
  waiting(count: number): string;
  /** Whether gates are answered, and if not why. */
  standings: {
    [State in PolicyStanding['state']]: (
      about: Extract<PolicyStanding, { state: State }>,
    ) => string;
  };
  /** Beside a standing that answers nobody. */
  gatesCannotCheck(gates: number): string;
  states: Record<PolicyState, string>;
  law: string;
  sources: string;
  checkedOn(day: string): string;
  history: string;
  version: string;
  validity: string;
  proposedBy: string;
  decidedBy: string;
  note: string;
  text: string;
  trial: {
    heading: string;
    against(version: number | undefined): string;
    judgement: string;
    answer: string;
    before: string;
    changes(count: number): string;
    noChange: string;
    others: string;
    kinds: Record<TrialLine['kind'], string>;
    outcomes: Record<
      'granted' | 'companion' | 'notCovered' | 'notInArchive' | 'notCoveredByArchive' | 'other',
      string
    >;
  };
  propose: {
    heading: string;
    help: string;
    body: string;
    note: string;
    tryIt: string;
    propose: string;
  };
  release: { heading(version: number): string; help: string; release: string; own: string };
  withdraw: { heading: string; reason: string };
  retire: { heading: string; help: string; reason: string };
  done: Record<'proposed' | 'released' | 'withdrawn' | 'retired', string>;
}
