import type { VNode } from 'preact';
import type { Policy } from '../../../shared/policy.ts';
import type { PolicyHistory } from '../../fleet/releases/policy-releases.ts';
import type { PolicyVersion } from '../../policies/policy-versions.ts';
import { formatDay } from '../moment.ts';
import { Form, Frame, Moment, Scrolls, type View } from './fleet-frame.tsx';
import { ProposePolicy, Standing } from './policies-page.tsx';
import { releaseWords } from './releases/release-words.ts';
import { TextField } from './text-field.tsx';
import { TrialTable, type TrialView } from './trial-table.tsx';

export interface PolicyPageProps {
  view: View;
  policy: PolicyHistory;
  gates: number;
  /** Those that wait, each with its trial; `isOwn`: whoever asks has proposed it. */
  proposals: readonly { version: PolicyVersion; trial: TrialView; isOwn: boolean }[];
  nameOf: (actor: string) => string;
  may: { propose: boolean; release: boolean; retire: boolean };
}

/** `/fleet/policies/ID`: what waits, what is in force, and how it came about. */
export function PolicyPage(props: PolicyPageProps): VNode {
  const { view, policy, gates, proposals, may } = props;
  const shown = shownOf(policy);
  return (
    <Frame view={view} heading={policy.title} sub={<p>{policy.authority}</p>}>
      <Standing view={view} standing={policy.standing} gates={gates} />
      {proposals.map((proposal) => (
        <Proposal key={proposal.version.policy.version} {...props} {...proposal} />
      ))}
      {shown && <About view={view} policy={shown} />}
      <History {...props} />
      {may.propose && shown && <ProposePolicy view={view} text={nextText(shown)} />}
      {may.retire && policy.versions.some(({ state }) => state === 'released') && (
        <Retire view={view} id={policy.id} />
      )}
    </Frame>
  );
}

/** The version that says what the policy is about: the newest released, or else the newest. */
function shownOf({ versions }: PolicyHistory): Policy | undefined {
  return (versions.findLast(({ state }) => state === 'released') ?? versions.at(-1))?.policy;
}

/** The text of the next version, which gets its number from the server. */
function nextText({ version: _, ...policy }: Policy): string {
  return JSON.stringify(policy, null, 2);
}

type ProposalProps = PolicyPageProps & PolicyPageProps['proposals'][number];

function Proposal({ view, version, trial, isOwn, nameOf, may }: ProposalProps): VNode {
  const words = releaseWords[view.language];
  const { policy, note, proposedBy } = version;
  const path = `/fleet/policies/${policy.id}/${policy.version}`;
  const heading = words.release.heading(policy.version);
  const titleId = `proposal-${policy.version}`;
  return (
    <section class="panel" aria-labelledby={titleId}>
      <h2 id={titleId}>{heading}</h2>
      <p>
        {words.proposedBy}: {nameOf(proposedBy)}
        {note !== '' && ` · ${note}`}
      </p>
      <TrialTable view={view} trial={trial} />
      <PolicyText view={view} policy={policy} />
      {may.release && isOwn && <p class="drift">{words.release.own}</p>}
      {may.release && !isOwn && (
        <Form view={view} action={`${path}/release`} label={heading}>
          <p>{words.release.help}</p>
          <input type="hidden" name="seen" value={trial.inForce ?? ''} />
          <button type="submit" class="btn btn-primary">
            {words.release.release}
          </button>
        </Form>
      )}
      {may.propose && (
        <Form view={view} action={`${path}/withdraw`} class="fields" label={words.withdraw.heading}>
          <TextField
            id={`withdraw-${policy.version}`}
            label={words.withdraw.reason}
            name="reason"
            required
            maxLength={300}
          />
          <button type="submit" class="btn btn-outline-primary">
            {words.withdraw.heading}
          </button>
        </Form>
      )}
    </section>
  );
}

function About({ view, policy }: { view: View; policy: Policy }): VNode {
  const words = releaseWords[view.language];
  return (
    <section class="panel" aria-labelledby="about-title">
      <h2 id="about-title">
        {words.version} {policy.version}
      </h2>
      <p>
        {words.law}: {policy.legalReference}
      </p>
      <div class="sources">
        <p>{words.sources}:</p>
        <ul>
          {(policy.sources ?? []).map(({ title, url, publishedOn, checkedOn }) => (
            <li key={title}>
              {url === undefined ? title : <a href={url}>{title}</a>}
              {publishedOn !== undefined && ` (${formatDay(publishedOn, view.language)})`} ·{' '}
              {words.checkedOn(formatDay(checkedOn, view.language))}
            </li>
          ))}
        </ul>
      </div>
      <PolicyText view={view} policy={policy} />
    </section>
  );
}

function PolicyText({ view, policy }: { view: View; policy: Policy }): VNode {
  return (
    <details>
      <summary>{releaseWords[view.language].text}</summary>
      <Scrolls label={releaseWords[view.language].text}>
        <pre class="code">{JSON.stringify(policy, null, 2)}</pre>
      </Scrolls>
    </details>
  );
}

function History({ view, policy, nameOf }: PolicyPageProps): VNode {
  const words = releaseWords[view.language];
  return (
    <section class="panel" aria-labelledby="history-title">
      <h2 id="history-title">{words.history}</h2>
      <Scrolls label={words.history}>
        <table class="plain">
          <thead>
            <tr>
              <th scope="col">{words.version}</th>
              <th scope="col">{words.standing}</th>
              <th scope="col">{words.validity}</th>
              <th scope="col">{words.proposedBy}</th>
              <th scope="col">{words.decidedBy}</th>
              <th scope="col">{words.note}</th>
            </tr>
          </thead>
          <tbody>
            {policy.versions.toReversed().map((version) => (
              <tr key={version.policy.version}>
                <th scope="row">{version.policy.version}</th>
                <td>{words.states[version.state]}</td>
                <td>
                  {formatDay(version.policy.validFrom, view.language)}
                  {version.policy.validTo !== undefined &&
                    ` – ${formatDay(version.policy.validTo, view.language)}`}
                </td>
                <td>
                  {nameOf(version.proposedBy)} <When view={view} at={version.proposedAt} />
                </td>
                <td>
                  {version.decidedBy === undefined ? '–' : nameOf(version.decidedBy)}{' '}
                  <When view={view} at={version.decidedAt} />
                </td>
                <td>{[version.note, version.reason].filter(Boolean).join(' · ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
    </section>
  );
}

function When({ view, at }: { view: View; at: number | undefined }): VNode | null {
  return at === undefined ? null : <Moment at={at} format={view.format} />;
}

function Retire({ view, id }: { view: View; id: string }): VNode {
  const { retire: own } = releaseWords[view.language];
  return (
    <section class="panel" aria-labelledby="retire-title">
      <h2 id="retire-title">{own.heading}</h2>
      <p>{own.help}</p>
      <Form view={view} action={`/fleet/policies/${id}/retire`} class="fields" label={own.heading}>
        <TextField id="retire-reason" label={own.reason} name="reason" required maxLength={300} />
        <button type="submit" class="btn btn-danger">
          {own.heading}
        </button>
      </Form>
    </section>
  );
}
