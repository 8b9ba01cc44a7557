import type { VNode } from 'preact';
import type { Verdict } from '../../../shared/verdict.ts';
import type { TrialLine } from '../../verification/policy-trial.ts';
import { verbaleWords } from '../verbale-words.ts';
import { Scrolls, type View } from './fleet-frame.tsx';
import { releaseWords } from './releases/release-words.ts';
import type { ReleaseWords } from './releases/words/words.ts';

export interface TrialView {
  lines: readonly TrialLine[];
  /** The version that it is compared with. */
  inForce: number | undefined;
}

/** Who passes by a version, judgement by judgement; first what it changes. */
export function TrialTable({ view, trial }: { view: View; trial: TrialView }): VNode {
  const { trial: own } = releaseWords[view.language];
  const changed = trial.lines.filter(({ isChanged }) => isChanged);
  const isCompared = trial.inForce !== undefined;
  return (
    <>
      <p>
        {own.against(trial.inForce)}
        {isCompared && ': '}
        {isCompared && <strong>{changes(own, changed.length)}</strong>}
      </p>
      {changed.length > 0 && (
        <Lines view={view} lines={changed} isCompared label={changes(own, changed.length)} />
      )}
      <details open={!isCompared}>
        <summary>{own.others}</summary>
        <Lines view={view} lines={trial.lines} isCompared={false} label={own.others} />
      </details>
    </>
  );
}

interface LinesProps {
  view: View;
  lines: readonly TrialLine[];
  isCompared: boolean;
  label: string;
}

function Lines({ view, lines, isCompared, label }: LinesProps): VNode {
  const { trial: own } = releaseWords[view.language];
  return (
    <Scrolls label={label}>
      <table class="plain trial">
        <thead>
          <tr>
            <th scope="col">{own.judgement}</th>
            {isCompared && <th scope="col">{own.before}</th>}
            <th scope="col">{own.answer}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={JSON.stringify(line.row)}>
              <th scope="row">{whoOf(line, view)}</th>
              {isCompared && <td>{line.before ? outcomeWords(line.before, own) : '–'}</td>}
              <td>{outcomeWords(line.verdict, own)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolls>
  );
}

function whoOf({ row, kind }: TrialLine, { language }: View): string {
  const { kinds } = releaseWords[language].trial;
  const [verbale] = row.verbali;
  if (kind === 'allNegative' || verbale === undefined) {
    return kinds[kind];
  }
  return `${verbaleWords[language].giudizi[verbale.giudizio]} · ${kinds[kind]}`;
}

function changes(own: ReleaseWords['trial'], count: number): string {
  return count === 0 ? own.noChange : own.changes(count);
}

function outcomeWords(verdict: Verdict, { outcomes }: ReleaseWords['trial']): string {
  switch (verdict.outcome) {
    case 'granted':
      return `✓ ${verdict.companion ? outcomes.companion : outcomes.granted}`;
    case 'denied':
      return `✕ ${outcomes.notCovered}`;
    case 'unconfirmed':
      return verdict.reason === 'notInArchive' || verdict.reason === 'notCoveredByArchive'
        ? `? ${outcomes[verdict.reason]}`
        : outcomes.other;
    case 'otpRequired':
    case 'throttled':
      return outcomes.other;
  }
}
