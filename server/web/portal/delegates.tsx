import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { codiceFiscaleWords } from '../../../shared/codice-fiscale/codice-fiscale-words.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import { errorCode } from '../../../shared/errors.ts';
import { romeDay } from '../../../shared/rome-day.ts';
import { writeCookie } from '../../login/session-cookie.ts';
import type { DelegationProblem } from '../../portal/delegations.ts';
import { access } from '../../route-access.ts';
import { Notice } from '../form-parts.tsx';
import { fieldOf, paramOf, queryOf } from '../request-fields.ts';
import { type DelegateFormState, Delegates, Received } from './delegates-page.tsx';
import type { PortalDeps } from './deps.ts';
import type { PersonVisit, Visits } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

const emptyForm: DelegateFormState = { problems: [], name: '', codiceFiscale: '', endsOn: '' };

/** Delegations: those a citizen granted, and those through which they act for another. */
export function registerDelegates(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { delegations } = deps;
  const show = async (visit: PersonVisit, form: DelegateFormState) => {
    const granted = await delegations.grantedBy(visit.person.id);
    const received = await delegations.received(visit.session.codiceFiscale);
    const done = queryOf(visit.request, 'done');
    const props = { visit, granted, received, form, done, now: deps.now() };
    return visits.send(visit, 'delegates', {
      title: visit.words.delegates.title,
      body: <Delegates {...props} />,
      status: form.problems.length > 0 ? 422 : 200,
    });
  };
  http.get(
    '/portal/delegates',
    access('citizen'),
    visits.self((visit) => show(visit, emptyForm)),
  );
  http.post(
    '/portal/delegates',
    access('citizen'),
    visits.self(async (visit) => {
      const { form, input } = readForm(visit);
      if (!input) {
        return show(visit, form);
      }
      const { id: personId } = visit.person;
      const { codiceFiscale } = visit.identity;
      const link = `${deps.origin}/portal/delegates`;
      try {
        await delegations.create({ personId, codiceFiscale }, { ...input, link });
      } catch (error) {
        const problem = problemOf(visit.words, error);
        return show(visit, { ...form, problems: [problem] });
      }
      return visit.reply.redirect('/portal/delegates?done=added', 303);
    }),
  );
  http.post(
    '/portal/delegates/:id/end',
    access('citizen'),
    visits.citizen(async (visit) => {
      const id = paramOf(visit.request, 'id');
      const { personId, codiceFiscale } = visit.session;
      await delegations.end(id, { personId, codiceFiscale });
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
    access('citizen'),
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
    access('citizen'),
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
    access('citizen'),
    visits.citizen((visit) => visits.stopActing(visit, '/portal')),
  );
}

/** What a form says, or what is wrong with it. */
function readForm(visit: PersonVisit): {
  form: DelegateFormState;
  input?: { name: string; codiceFiscale: string; endsAt: number };
} {
  const { request, words, language } = visit;
  const name = fieldOf(request, 'name', 200).trim();
  const typed = fieldOf(request, 'codiceFiscale', 64);
  const endsOn = fieldOf(request, 'endsOn', 10);
  const problems: DelegateFormState['problems'] = [];
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
    ? { form, input: { name, codiceFiscale: good.code, endsAt } }
    : { form };
}

/** The end of a day in Italy, which is included; undefined when there is no such day. */
function endOf(day: string): number | undefined {
  if (!z.iso.date().safeParse(day).success) {
    return undefined;
  }
  // The clock in Italy is one or two hours ahead: the first hour of the next day there.
  const hours = [22, 23].map((hour) => Date.parse(`${day}T${hour}:00:00Z`));
  return hours.find((at) => romeDay(at) !== day) ?? hours[1];
}

function problemOf(words: PortalWords, error: unknown): { field: string; text: string } {
  const { problems } = words.delegates;
  const known: Record<DelegationProblem, { field: string; text: string }> = {
    delegateIsSelf: { field: 'codiceFiscale', text: problems.self },
    delegateExists: { field: 'codiceFiscale', text: problems.exists },
    delegatesTooMany: { field: 'name', text: problems.many },
    endsWrong: { field: 'endsOn', text: problems.endsOn },
  };
  const entry = Object.entries(known).find(([code]) => code === errorCode(error));
  if (!entry) {
    throw error;
  }
  return entry[1];
}
