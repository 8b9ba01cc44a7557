import type { VNode } from 'preact';
import type { PolicyStanding } from '../../policies/policy-standing.ts';
import { Field, Form, Frame, Scrolls, type View } from './fleet-frame.tsx';
import { releaseWords } from './releases/release-words.ts';
import { TextField } from './text-field.tsx';
import { TrialTable, type TrialView } from './trial-table.tsx';

export interface PolicySummary {
  id: string;
  title: string;
  authority: string;
  standing: PolicyStanding;
  /** Versions that wait for a second person. */
  waiting: number;
  /** Gates that are set to it, of those that whoever asks may see. */
  gates: number;
}

export interface PoliciesPageProps {
  view: View;
  policies: readonly PolicySummary[];
  mayPropose: boolean;
}

/** `/fleet/policies`: what gates ask, and whether they are answered. */
export function PoliciesPage({ view, policies, mayPropose }: PoliciesPageProps): VNode {
  const words = releaseWords[view.language];
  return (
    <Frame view={view} heading={words.heading}>
      <p>{words.lead}</p>
      <Scrolls label={words.heading}>
        <table class="plain">
          <caption class="visually-hidden">{words.heading}</caption>
          <thead>
            <tr>
              <th scope="col">{words.policy}</th>
              <th scope="col">{words.standing}</th>
              <th scope="col">{words.gates}</th>
              <th scope="col">{words.authority}</th>
            </tr>
          </thead>
          <tbody>
            {policies.map(({ id, title, authority, standing, waiting, gates }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`/fleet/policies/${id}`}>{title}</a>
                </th>
                <td>
                  <Standing view={view} standing={standing} gates={gates} />
                  {waiting > 0 && <p class="drift">{words.waiting(waiting)}</p>}
                </td>
                <td class="number">{gates}</td>
                <td>{authority}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolls>
      {mayPropose && <ProposePolicy view={view} />}
    </Frame>
  );
}

/** Whether gates are answered; if not, why, and what to do about it. */
export function Standing(props: { view: View; standing: PolicyStanding; gates: number }): VNode {
  const { view, standing, gates } = props;
  const words = releaseWords[view.language];
  const isBad = standing.state !== 'inForce' && gates > 0;
  return (
    <>
      <p class={isBad ? 'bad' : ''}>
        {isBad && '⚠ '}
        {standingWords(view, standing)}
      </p>
      {isBad && <p>{words.gatesCannotCheck(gates)}</p>}
    </>
  );
}

/** A standing in words. */
export function standingWords({ language }: View, standing: PolicyStanding): string {
  const { standings } = releaseWords[language];
  switch (standing.state) {
    case 'inForce':
      return standings.inForce(standing);
    case 'retired':
      return standings.retired(standing);
    case 'later':
      return standings.later(standing);
    case 'ended':
      return standings.ended(standing);
    case 'proposed':
      return standings.proposed(standing);
    case 'unknown':
      return standings.unknown(standing);
  }
}

export interface ProposePolicyProps {
  view: View;
  /** What stands in the form at first: JSON. */
  text?: string | undefined;
  note?: string | undefined;
}

/** The form that tries a version and proposes it. */
export function ProposePolicy({ view, text = '', note = '' }: ProposePolicyProps): VNode {
  const { propose: own } = releaseWords[view.language];
  return (
    <section class="panel" aria-labelledby="propose-title">
      <h2 id="propose-title">{own.heading}</h2>
      <Form view={view} action="/fleet/policies" class="fields stacked" label={own.heading}>
        <Field id="policy-body" label={own.body} help={own.help}>
          {(attributes) => (
            <textarea
              {...attributes}
              name="body"
              class="form-control code"
              rows={text === '' ? 8 : 18}
              maxLength={60_000}
              spellcheck={false}
              required
            >
              {text}
            </textarea>
          )}
        </Field>
        <TextField id="policy-note" label={own.note} name="note" maxLength={500} value={note} />
        <p class="acts">
          <button type="submit" class="btn btn-outline-primary" formAction="/fleet/policies/try">
            {own.tryIt}
          </button>{' '}
          <button type="submit" class="btn btn-primary">
            {own.propose}
          </button>
        </p>
      </Form>
    </section>
  );
}

export interface TrialPageProps {
  view: View;
  title: string;
  trial: TrialView;
  text: string;
  note: string;
}

/** What a policy that was not proposed yet would answer. */
export function TrialPage({ view, title, trial, text, note }: TrialPageProps): VNode {
  const words = releaseWords[view.language];
  return (
    <Frame view={view} heading={words.trial.heading} sub={<p>{title}</p>}>
      <section class="panel" aria-label={words.trial.heading}>
        <TrialTable view={view} trial={trial} />
      </section>
      <ProposePolicy view={view} text={text} note={note} />
    </Frame>
  );
}
