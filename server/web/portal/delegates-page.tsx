import type { VNode } from 'preact';
import { romeDay } from '../../../shared/rome-day.ts';
import {
  DELEGATION_DAYS_MAX,
  type Delegation,
  type ReceivedDelegation,
} from '../../portal/delegations.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay } from '../moment.ts';
import { ActionButton } from './action-button.tsx';
import type { PersonVisit, Visit } from './visit.tsx';

const DAY_MS = 86_400_000;

/** The form as it was filled in, with what is wrong in it. */
export interface DelegateFormState {
  problems: { field: string; text: string }[];
  name: string;
  codiceFiscale: string;
  endsOn: string;
}

/** Those who may act for the citizen, those for whom they may act, and the form for a new one. */
export function Delegates(props: {
  visit: PersonVisit;
  granted: readonly Delegation[];
  received: readonly ReceivedDelegation[];
  form: DelegateFormState;
  done: string | undefined;
  now: number;
}): VNode {
  const { visit, granted, received, form, done, now } = props;
  const { delegates } = visit.words;
  const isLive = ({ endedAt, endsAt }: Delegation) => endedAt === undefined && endsAt > now;
  const live = granted.filter(isLive);
  const former = granted.filter((one) => !isLive(one));
  return (
    <>
      <h1>{delegates.title}</h1>
      <ErrorSummary title={delegates.problems.title} problems={form.problems} />
      {(done === 'added' || done === 'removed') && (
        <Notice kind="good">
          <p>{`✓ ${delegates[done]}`}</p>
        </Notice>
      )}
      <p class="lead">{delegates.intro}</p>
      <h2>{delegates.granted}</h2>
      {live.length === 0 && <p>{delegates.none}</p>}
      <ul class="varco-cards">
        {live.map((one) => (
          <li key={one.id} class="varco-panel">
            <p>
              <strong>{one.delegate.name}</strong>
              {`, ${delegates.until(formatDay(one.endsAt - 1, visit.language))}`}
            </p>
            <ActionButton
              action={`/portal/delegates/${one.id}/end`}
              csrf={visit.csrf}
              kind="outline-danger"
              label={delegates.endOf(one.delegate.name)}
            />
          </li>
        ))}
      </ul>
      <DelegateForm visit={visit} form={form} now={now} />
      {received.length > 0 && (
        <>
          <h2>{delegates.received}</h2>
          <Received visit={visit} received={received} />
        </>
      )}
      {former.length > 0 && (
        <>
          <h2>{delegates.former}</h2>
          <ul>
            {former.map(({ id, delegate, endsAt, endedAt }) => (
              <li key={id}>
                {`${delegate.name}, ${delegates.endedOn(formatDay(endedAt ?? endsAt - 1, visit.language))}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function DelegateForm({
  visit,
  form,
  now,
}: {
  visit: PersonVisit;
  form: DelegateFormState;
  now: number;
}) {
  const { delegates } = visit.words;
  const errorAt = (field: string) => form.problems.find((one) => one.field === field)?.text;
  return (
    <form method="post" action="/portal/delegates" noValidate class="varco-form varco-panel">
      <h2>{delegates.add}</h2>
      <CsrfField token={visit.csrf} />
      <Field
        id="name"
        label={delegates.name}
        error={errorAt('name')}
        input={{ autocomplete: 'off', maxlength: 200, required: true, value: form.name }}
      />
      <Field
        id="codiceFiscale"
        label={delegates.codiceFiscale}
        error={errorAt('codiceFiscale')}
        input={{
          autocomplete: 'off',
          autocapitalize: 'characters',
          spellcheck: false,
          maxlength: 64,
          required: true,
          value: form.codiceFiscale,
        }}
      />
      <Field
        id="endsOn"
        label={delegates.endsOn}
        hint={delegates.endsHint}
        error={errorAt('endsOn')}
        input={{
          type: 'date',
          required: true,
          value: form.endsOn,
          min: romeDay(now + DAY_MS),
          max: romeDay(now + (DELEGATION_DAYS_MAX - 1) * DAY_MS),
        }}
      />
      <button type="submit" class="btn btn-primary">
        {delegates.add}
      </button>
    </form>
  );
}

/** Those for whom the citizen may act. */
export function Received(props: { visit: Visit; received: readonly ReceivedDelegation[] }): VNode {
  const { visit, received } = props;
  const { delegates } = visit.words;
  return received.length === 0 ? (
    <p>{delegates.none}</p>
  ) : (
    <ul class="varco-cards">
      {received.map(({ id, name, endsAt }) => (
        <li key={id} class="varco-panel">
          <p>{`${name}, ${delegates.until(formatDay(endsAt - 1, visit.language))}`}</p>
          <div class="varco-actions">
            <ActionButton
              action="/portal/for"
              csrf={visit.csrf}
              fields={{ delegation: id }}
              label={delegates.act(name)}
            />
            <ActionButton
              action={`/portal/delegates/${id}/end`}
              csrf={visit.csrf}
              kind="outline-danger"
              label={delegates.giveUp(name)}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
