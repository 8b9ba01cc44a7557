import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { sendRefusal } from '../../http-status.ts';
import { homeOf } from '../../login/logins.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { queryOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { wantedPath } from './citizen-login.tsx';
import { type LoginDeps, siteOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { sendLoginProblem, sendOverloaded } from './problem-page.tsx';
import type { LoginWords } from './words/words.ts';

/** A form as it comes; what is amiss in it is simply not right. */
const formSchema = z.object({
  email: z.string().max(254).catch(''),
  password: z.string().max(1024).catch(''),
  code: z.string().max(20).catch(''),
  recoveryCode: z.string().max(40).catch(''),
});

/** A passkey's answer; its content is checked by the library, against the challenge. */
export const answerSchema = z.object({
  answer: z.custom<AuthenticationResponseJSON>(
    (value) => typeof (value as { id?: unknown } | undefined)?.id === 'string',
  ),
});

/** The staff's door: password and one-time code, or a passkey. */
export function registerStaffLogin(http: FastifyInstance, deps: LoginDeps): void {
  const evenly = { ...access('public'), ...deps.evenly };
  http.get('/login/staff', access('public'), (request, reply) =>
    showForm(deps, request, reply, {}),
  );
  http.post('/login/staff', evenly, (request, reply) => logIn(deps, request, reply));
  http.post('/login/passkey/options', access('public'), async (request, reply) => {
    const options = await deps.logins.passkeys.authenticationOptions(siteOf(deps, request));
    const { challenge } = options;
    deps.logins.pending.write(request, reply, 'passkey', { challenge });
    return reply.header('cache-control', 'no-store').send(options);
  });
  http.post('/login/passkey', evenly, (request, reply) => logInWithPasskey(deps, request, reply));
}

function showForm(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  entered: { email?: string; wrong?: boolean },
): FastifyReply {
  const words = loginWords[languageOf(request)];
  const to = wantedPath(request);
  const passkey: PasskeyProps = {
    optionsUrl: '/login/passkey/options',
    answerUrl: '/login/passkey',
    act: 'get',
    button: words.staff.passkeyButton,
    failed: words.staff.passkeyFailed,
    to,
  };
  return deps.pages.send(request, reply, {
    title: words.staff.title,
    status: entered.wrong ? 422 : 200,
    islands: ['passkey'],
    body: (
      <>
        <h1>{words.staff.title}</h1>
        {queryOf(request, 'ended') !== undefined && (
          <Notice kind="warn">
            <p>{words.ended}</p>
          </Notice>
        )}
        <StaffForm words={words} to={to} {...entered} />
        <section class="mt-5">
          <h2>{words.staff.passkeyTitle}</h2>
          <p>{words.staff.passkeyText}</p>
          <Island name="passkey" data={passkey}>
            <p>{words.staff.passkeyNoScript}</p>
          </Island>
        </section>
        <p class="mt-4">
          <a href="/login">{words.staff.citizens}</a>
        </p>
      </>
    ),
  });
}

function StaffForm(props: {
  words: LoginWords;
  to: string | undefined;
  email?: string;
  wrong?: boolean;
}): VNode {
  const { staff, formProblem } = props.words;
  const problems = props.wrong ? [{ field: 'email', text: staff.wrong }] : [];
  return (
    <form method="post" action="/login/staff">
      <ErrorSummary title={formProblem} problems={problems} />
      {props.to !== undefined && <input type="hidden" name="to" value={props.to} />}
      <Field
        id="email"
        label={staff.email}
        input={{
          type: 'email',
          autocomplete: 'username',
          required: true,
          value: props.email ?? '',
        }}
      />
      <Field
        id="password"
        label={staff.password}
        input={{ type: 'password', autocomplete: 'current-password', required: true }}
      />
      <Field
        id="code"
        label={staff.code}
        hint={staff.codeHint}
        input={{
          inputmode: 'numeric',
          autocomplete: 'one-time-code',
          maxLength: 7,
        }}
      />
      <details class="mb-4">
        <summary>{staff.noApp}</summary>
        <Field
          id="recoveryCode"
          label={staff.recoveryCode}
          hint={staff.recoveryCodeHint}
          input={{ autocomplete: 'off', autocapitalize: 'characters', spellcheck: false }}
        />
      </details>
      <button class="btn btn-primary" type="submit">
        {staff.submit}
      </button>
    </form>
  );
}

async function logIn(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const form = formSchema.parse(request.body ?? {});
  const to = wantedPath(request);
  const outcome = await logins.passwords.logIn(form, request.ip);
  if (outcome.ok) {
    const { accountId, secondFactor } = outcome;
    return enter(deps, request, reply, { accountId, way: 'password', to, secondFactor });
  }
  await logins.recordFailure(request, 'password', form.email, outcome.reason);
  if (outcome.reason === 'overloaded') {
    return sendOverloaded(deps, request, reply, '/login/staff', to);
  }
  if (outcome.reason === 'throttled') {
    const { retryAfterMs } = outcome;
    const more = { door: '/login/staff', retryAfterMs, to } as const;
    return sendLoginProblem(deps, request, reply, 'throttled', more);
  }
  return showForm(deps, request, reply, { email: form.email, wrong: true });
}

async function logInWithPasskey(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const pending = logins.pending.read<{ challenge: string }>(request, 'passkey');
  const parsed = answerSchema.safeParse(request.body);
  const accountId =
    pending && parsed.success
      ? await logins.passkeys.logIn(siteOf(deps, request), pending.challenge, parsed.data.answer)
      : undefined;
  // Spent only by a right answer: a wrong one must leave nothing in the database.
  const isFirst =
    accountId !== undefined &&
    (await logins.singleUse.markSpent(pending?.challenge ?? '', PENDING_LIFE_MS));
  if (accountId === undefined || !isFirst) {
    await logins.recordFailure(request, 'passkey', '', 'wrong');
    return sendRefusal(reply, 'passkeyRefused');
  }
  return enter(deps, request, reply, { accountId, way: 'passkey', to: wantedPath(request) });
}

/** Logs a member of staff in: a script gets the address to go to, a form is redirected. */
export async function enter(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  who: StaffArrival,
): Promise<FastifyReply> {
  const { accountId, way, secondFactor } = who;
  const isPasskey = way === 'passkey' || secondFactor === 'passkey';
  const assurance = isPasskey ? 3 : 2;
  const identity = { kind: 'staff', accountId, assurance } as const;
  const reason = secondFactor === 'recoveryCode' ? secondFactor : undefined;
  await deps.logins.logIn(request, reply, way, identity, reason);
  const account = await deps.logins.staff.find(accountId);
  const to = who.to ?? homeOf(account?.role);
  return isPasskey ? reply.send({ to }) : reply.redirect(to, 303);
}

/** Who of the staff comes in, and how. */
interface StaffArrival {
  accountId: string;
  way: 'password' | 'passkey' | 'invitation';
  to?: string | undefined;
  /** With what beside a password, or instead of one. */
  secondFactor?: 'app' | 'recoveryCode' | 'passkey';
}
