import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { csrfOf, isConfirmed, sessionOf } from '../../login/request-session.ts';
import type { Session, StaffSession } from '../../login/session.ts';
import type { StaffAccount } from '../../login/staff-rows.ts';
import { access } from '../../route-access.ts';
import { Notice } from '../form-parts.tsx';
import { queryOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { accountOf } from './account.ts';
import { PasskeyList, registerAccountPasskeys } from './account-passkeys.tsx';
import {
  PasswordForm,
  type PasswordProblems,
  registerAccountPassword,
} from './account-password.tsx';
import { RecoverySection, registerAccountRecovery } from './account-recovery.tsx';
import { registerAccountSessions, SessionList } from './account-sessions.tsx';
import type { LoginDeps } from './login-deps.ts';
import { loginWords } from './login-words.ts';

/** Whoever is logged in: their sessions; members of staff: password, recovery codes and passkeys too. */
export function registerAccountPage(http: FastifyInstance, deps: LoginDeps): void {
  http.get('/account', access('session'), (request, reply) =>
    sessionOf(request) ? show(deps, request, reply) : reply.redirect('/login', 303),
  );
  registerAccountSessions(http, deps);
  registerAccountPasskeys(http, deps);
  registerAccountRecovery(http, deps);
  registerAccountPassword(http, deps, (request, reply, problems) =>
    show(deps, request, reply, problems),
  );
}

async function show(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  problems: PasswordProblems = {},
): Promise<FastifyReply> {
  const words = loginWords[languageOf(request)];
  const session = sessionOf(request);
  const done = queryOf(request, 'done') ?? '';
  const doneText = Object.entries(words.account.done).find(([name]) => name === done)?.[1];
  const isStaff = session?.kind === 'staff';
  return deps.pages.send(request, reply, {
    title: words.account.title,
    account: accountOf(request),
    islands: isStaff ? ['passkey'] : [],
    status: Object.keys(problems).length > 0 ? 422 : 200,
    body: (
      <>
        <h1>{words.account.title}</h1>
        {doneText !== undefined && (
          <Notice kind="good">
            <p>{doneText}</p>
          </Notice>
        )}
        <p class="lead">
          {words.account.who} <strong>{session?.name ?? ''}</strong>
          {isStaff ? ` (${words.roles[session.role]})` : ''}.
        </p>
        {isStaff && (await staffSections(deps, request, session, problems))}
        {session && (await sessionSection(deps, request, session))}
      </>
    ),
  });
}

async function staffSections(
  deps: LoginDeps,
  request: FastifyRequest,
  session: StaffSession,
  problems: PasswordProblems,
) {
  const { logins } = deps;
  const language = languageOf(request);
  const words = loginWords[language];
  const csrf = csrfOf(request);
  const account: StaffAccount | undefined = await logins.staff.find(session.accountId);
  const passkeys = await logins.passkeys.list(session.accountId);
  const left = await logins.recoveryCodes.left(session.accountId);
  return (
    <>
      {account?.hasPassword && (
        <>
          <PasswordForm {...{ words, csrf, problems }} />
          <RecoverySection {...{ words, csrf, left }} />
        </>
      )}
      <PasskeyList
        {...{ words, language, csrf, passkeys }}
        isConfirmed={isConfirmed(request, deps.now())}
        isKept={queryOf(request, 'kept') === '1'}
      />
    </>
  );
}

async function sessionSection(deps: LoginDeps, request: FastifyRequest, session: Session) {
  const language = languageOf(request);
  const sessions = await deps.logins.ownSessions.list(session.id);
  const words = loginWords[language];
  return <SessionList {...{ words, language, sessions }} csrf={csrfOf(request)} />;
}
