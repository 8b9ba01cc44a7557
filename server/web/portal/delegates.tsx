import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { codiceFiscaleWords } from '../../../shared/codice-fiscale/codice-fiscale-words.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { writeCookie } from '../../login/session-cookie.ts';
import {
  DELEGATION_DAYS_MAX,
  type Delegation,
  type DelegationProblem,
  type ReceivedDelegation,
} from '../../portal/delegations.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay, isoDay } from '../moment.ts';
import { ActionButton } from './action-button.tsx';
import type { PortalDeps } from './deps.ts';
import { fieldOf, type PersonVisit, queryOf, type Visit, type Visits } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

const DAY_MS = 86_400_000;

interface FormState {
  problems: { field: string; text: string }[];
  name: string;
  codiceFiscale: string;
  endsOn: string;
}

const emptyForm: FormState = { problems: [], name: '', codiceFiscale: '', endsOn: '' };

/** Delegations: those a citizen gives, and those through which a citizen acts for another. */
export function registerDelegates(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { delegations } = deps;
  const show = async (visit: PersonVisit, form: FormState) => {
    const given = await delegations.given(visit.person.id);
    const received = await delegations.received(visit.session.codiceFiscale);
    const done = queryOf(visit.request, 'done');
    const props = { visit, given, received, form, done, now: deps.now() };
    return visits.send(visit, 'delegates', {
      title: visit.words.delegates.title,
      body: <Delegates {...props} />,
      status: form.problems.length > 0 ? 422 : 200,
    });
  };
  http.get(
    '/portal/delegates',
    visits.self((visit) => show(visit, emptyForm)),
  );
  http.post(
    '/portal/delegates',
    visits.self(async (visit) => {
      const { form, given } = readForm(visit);
      if (!given) {
        return show(visit, form);
      }
      const { id: personId } = visit.person;
      const { codiceFiscale } = visit.identity;
      const link = `${deps.origin}/portal/delegates`;
      try {
        await delegations.create({ personId, codiceFiscale }, { ...given, link });
      } catch (error) {
        const problem = problemOf(visit.words, error);
        return show(visit, { ...form, problems: [problem] });
      }
      return visit.reply.redirect('/portal/delegates?done=added', 303);
    }),
  );
  http.post(
    '/portal/delegates/:id/end',
    visits.citizen(async (visit) => {
      const { id } = visit.request.params as { id: string };
      const { personId, codiceFiscale } = visit.session;
      await delegations.end(id, { ...(personId === undefined ? {} : { personId }), codiceFiscale });
      const page = personId === undefined ? '/portal/for' : '/portal/delegates';
      return visit.reply.redirect(`${page}?done=removed`, 303);
    }),
  );
  registerActing(http, visits, deps);
}

function registerActing(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { delegations, sessions } = deps;
  http.get(
    '/portal/for',
    visits.citizen(async (visit) => {
      const received = await delegations.received(visit.session.codiceFiscale);
      const { delegates } = visit.words;
      const body = (
        <>
          <h1>{delegates.received}</h1>
          {queryOf(visit.request, 'over') && (
            <Notice kind="warn">
              <p>{delegates.over}</p>
            </Notice>
          )}
          <Received visit={visit} received={received} />
        </>
      );
      return visits.send(visit, 'delegates', { title: delegates.received, body });
    }),
  );
  http.post(
    '/portal/for',
    visits.citizen(async (visit) => {
      const { request, reply, session } = visit;
      const wanted = fieldOf(request, 'delegation');
      const received = await delegations.received(session.codiceFiscale);
      const one = received.find(({ id }) => id === wanted);
      if (!one) {
        return reply.redirect('/portal/for?over=1', 303);
      }
      const { id: delegationId, personId, name } = one;
      await delegations.noteAct(delegationId, session.codiceFiscale, personId, 'begin');
      const token = await sessions.actFor(session.id, { personId, delegationId, name });
      if (token !== undefined) {
        writeCookie(request, reply, 'session', token);
      }
      return reply.redirect('/portal', 303);
    }),
  );
  http.post(
    '/portal/for/stop',
    visits.citizen((visit) => visits.stopActing(visit, '/portal')),
  );
}

/** What a form says, or what is wrong with it. */
function readForm(visit: PersonVisit): {
  form: FormState;
  given?: { name: string; codiceFiscale: string; endsAt: number };
} {
  const { request, words, language } = visit;
  const name = fieldOf(request, 'name', 200).trim();
  const typed = fieldOf(request, 'codiceFiscale', 64);
  const endsOn = fieldOf(request, 'endsOn', 10);
  const problems: FormState['problems'] = [];
  if (name.length < 3) {
    problems.push({ field: 'name', text: words.delegates.problems.name });
  }
  const parsed = parse(typed);
  const good = parsed.ok ? parsed : parsed.doubtful;
  if (!parsed.ok && !good) {
    const [first] = parsed.problems;
    problems.push({
      field: 'codiceFiscale',
      text: first ? problemMessage(first, codiceFiscaleWords[language]) : '',
    });
  }
  const endsAt = endOf(endsOn);
  if (endsAt === undefined) {
    problems.push({ field: 'endsOn', text: words.delegates.problems.endsOn });
  }
  const form = { problems, name, codiceFiscale: typed, endsOn };
  return problems.length === 0 && good && endsAt !== undefined
    ? { form, given: { name, codiceFiscale: good.code, endsAt } }
    : { form };
}

/** The end of a day in Italy, which is included; undefined when there is no such day. */
function endOf(day: string): number | undefined {
  if (!z.iso.date().safeParse(day).success) {
    return undefined;
  }
  // The clock in Italy is one or two hours ahead: the first hour of the next day there.
  const hours = [22, 23].map((hour) => Date.parse(`${day}T${hour}:00:00Z`));
  return hours.find((at) => isoDay(at) !== day) ?? hours[1];
}

function problemOf(words: PortalWords, error: unknown): { field: string; text: string } {
  const { problems } = words.delegates;
  const known: Record<DelegationProblem, { field: string; text: string }> = {
    delegateIsSelf: { field: 'codiceFiscale', text: problems.self },
    delegateExists: { field: 'codiceFiscale', text: problems.exists },
    delegatesTooMany: { field: 'name', text: problems.many },
    endsWrong: { field: 'endsOn', text: problems.endsOn },
  };
  if (error instanceof VarcoError && error.code in known) {
    return known[error.code as DelegationProblem];
  }
  throw error;
}

function Delegates(props: {
  visit: PersonVisit;
  given: readonly Delegation[];
  received: readonly ReceivedDelegation[];
  form: FormState;
  done: string | undefined;
  now: number;
}): VNode {
  const { visit, given, received, form, done, now } = props;
  const { delegates } = visit.words;
  const isLive = ({ endedAt, endsAt }: Delegation) => endedAt === undefined && endsAt > now;
  const live = given.filter(isLive);
  const former = given.filter((one) => !isLive(one));
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
      <h2>{delegates.given}</h2>
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

function DelegateForm({ visit, form, now }: { visit: PersonVisit; form: FormState; now: number }) {
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
          min: isoDay(now + DAY_MS),
          max: isoDay(now + (DELEGATION_DAYS_MAX - 1) * DAY_MS),
        }}
      />
      <button type="submit" class="btn btn-primary">
        {delegates.add}
      </button>
    </form>
  );
}

function Received(props: { visit: Visit; received: readonly ReceivedDelegation[] }): VNode {
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
