import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import { browserOf } from '../../login/browser-name.ts';
import type { OwnSession } from '../../login/own-sessions.ts';
import { sessionOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { formatMoment } from '../moment.ts';
import { fieldOf } from '../request-fields.ts';
import { CsrfField } from './csrf-field.tsx';
import type { LoginDeps } from './login-deps.ts';
import type { LoginWords } from './words/words.ts';

/** Ends one of one's own sessions, or all the others. */
export function registerAccountSessions(http: FastifyInstance, deps: LoginDeps): void {
  const { logins } = deps;
  http.post('/account/sessions/end', access('session'), async (request, reply) => {
    const session = sessionOf(request);
    const other = fieldOf(request, 'session');
    if (session && (await logins.ownSessions.end(session.id, other))) {
      await logins.recordOwnAct(request, session, 'sessionEnded');
    }
    return back(request, reply, 'sessionEnded');
  });
  http.post('/account/sessions/end-others', access('session'), async (request, reply) => {
    const session = sessionOf(request);
    if (session) {
      await logins.ownSessions.endOthers(session.id);
      await logins.recordOwnAct(request, session, 'otherSessionsEnded');
    }
    return back(request, reply, 'othersEnded');
  });
}

function back(request: FastifyRequest, reply: FastifyReply, done: string): FastifyReply {
  return reply.redirect(sessionOf(request) ? `/account?done=${done}` : '/login', 303);
}

/** Where somebody is logged in. */
export function SessionList(props: {
  words: LoginWords;
  language: Language;
  csrf: string;
  sessions: readonly OwnSession[];
}): VNode {
  const { language, csrf, sessions } = props;
  const { account } = props.words;
  const when = (at: number) => formatMoment(at, language);
  return (
    <section class="mt-5">
      <h2>{account.sessions}</h2>
      <p>{account.sessionsText}</p>
      <ul class="list-unstyled">
        {sessions.map(({ id, isThisOne, agent, network, startedAt, usedAt }) => {
          const device = deviceText(account, agent);
          return (
            <li key={id} class="mb-3">
              <strong>{device}</strong>
              {isThisOne ? ` · ${account.thisSession}` : ''}
              <br />
              {network !== '' && `${account.network}: ${network} · `}
              {account.started}: {when(startedAt)} · {account.used}: {when(usedAt)}
              {!isThisOne && (
                <form method="post" action="/account/sessions/end" class="mt-2">
                  <CsrfField token={csrf} />
                  <input type="hidden" name="session" value={id} />
                  <button class="btn btn-sm btn-outline-primary" type="submit">
                    {account.endSession}
                    <span class="visually-hidden"> {device}</span>
                  </button>
                </form>
              )}
            </li>
          );
        })}
      </ul>
      {sessions.length > 1 && (
        <form method="post" action="/account/sessions/end-others" class="mb-4">
          <CsrfField token={csrf} />
          <button class="btn btn-outline-primary" type="submit">
            {account.endOthers}
          </button>
        </form>
      )}
      <form method="post" action="/logout/everywhere">
        <CsrfField token={csrf} />
        <p>{account.everywhereText}</p>
        <button class="btn btn-outline-primary" type="submit">
          {account.everywhere}
        </button>
      </form>
    </section>
  );
}

function deviceText(words: LoginWords['account'], agent: string): string {
  const { browser, system } = browserOf(agent);
  return browser !== undefined && system !== undefined
    ? words.device(browser, system)
    : (browser ?? system ?? words.unknownDevice);
}
