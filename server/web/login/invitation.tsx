import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { toString as drawCode } from 'qrcode';
import { z } from 'zod';
import type { AcceptanceProblem, PendingAcceptance } from '../../login/acceptance.ts';
import { totpAddress } from '../../login/totp.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { paramOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { registerInvitationPasskey, whoSchema } from './invitation-passkey.ts';
import type { LoginDeps } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { sendLoginProblem, sendOverloaded } from './problem-page.tsx';
import { sendRecoveryCodes } from './recovery-codes-page.tsx';
import type { LoginWords } from './words/words.ts';

const formSchema = whoSchema.extend({ password: z.string().max(1024).catch('') });
const codeSchema = z.object({ code: z.string().max(20).catch('') });

const fieldOf: Readonly<Record<AcceptanceProblem, string>> = {
  nameMissing: 'name',
  emailInvalid: 'email',
  emailTaken: 'email',
  'password.tooShort': 'password',
  'password.tooLong': 'password',
  'password.common': 'password',
  'password.ownName': 'password',
};

/**
 * Where somebody who was invited makes the account usable: the link works once, and for three days. First
 * they choose a password; then their app gets its key, which no page shows before or again.
 */
export function registerInvitation(http: FastifyInstance, deps: LoginDeps): void {
  http.get('/login/invitation/:secret', access('public'), (request, reply) =>
    show(deps, request, reply),
  );
  http.post('/login/invitation/:secret', access('public'), (request, reply) =>
    begin(deps, request, reply),
  );
  http.post('/login/invitation/:secret/app', access('public'), (request, reply) =>
    finish(deps, request, reply),
  );
  registerInvitationPasskey(http, deps);
}

function secretOf(request: FastifyRequest): string {
  return paramOf(request, 'secret');
}

async function show(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  entered: { name?: string; email?: string; problems?: AcceptanceProblem[] } = {},
): Promise<FastifyReply> {
  const secret = secretOf(request);
  const account = await deps.logins.staff.invited(secret);
  if (!account) {
    return sendLoginProblem(deps, request, reply, 'invitationSpent', { door: '/login/staff' });
  }
  const words = loginWords[languageOf(request)];
  const { name = account.name, email = account.email, problems = [] } = entered;
  return deps.pages.send(request, reply, {
    title: words.invitation.title,
    status: problems.length > 0 ? 422 : 200,
    islands: ['passkey'],
    body: (
      <>
        <h1>{words.invitation.title}</h1>
        <p class="lead">{words.invitation.lead(words.roles[account.role])}</p>
        <InvitationForm {...{ words, secret, name, email, problems }} />
        <PasskeyPart words={words} secret={secret} />
      </>
    ),
  });
}

function InvitationForm(props: {
  words: LoginWords;
  secret: string;
  name: string;
  email: string;
  problems: readonly AcceptanceProblem[];
}): VNode {
  const { words, problems } = props;
  const { invitation } = words;
  const errorOf = (field: string) => {
    const problem = problems.find((one) => fieldOf[one] === field);
    return problem && words.errors[problem];
  };
  return (
    <form method="post" action={`/login/invitation/${props.secret}`} noValidate>
      <ErrorSummary
        title={words.formProblem}
        problems={problems.map((one) => ({ field: fieldOf[one], text: words.errors[one] }))}
      />
      <Field
        id="name"
        label={invitation.name}
        error={errorOf('name')}
        input={{ autocomplete: 'name', required: true, value: props.name }}
      />
      <Field
        id="email"
        label={invitation.email}
        error={errorOf('email')}
        input={{ type: 'email', autocomplete: 'username', required: true, value: props.email }}
      />
      <Field
        id="password"
        label={invitation.password}
        hint={invitation.passwordHint}
        error={errorOf('password')}
        input={{ type: 'password', autocomplete: 'new-password', required: true }}
      />
      <button class="btn btn-primary" type="submit">
        {invitation.next}
      </button>
    </form>
  );
}

function PasskeyPart({ words, secret }: { words: LoginWords; secret: string }): VNode {
  const passkey: PasskeyProps = {
    optionsUrl: '/login/invitation-passkey/options',
    answerUrl: '/login/invitation-passkey',
    act: 'create',
    button: words.invitation.passkeyButton,
    failed: words.staff.passkeyFailed,
    fields: ['name', 'email'],
    secret,
  };
  return (
    <section class="mt-5">
      <h2>{words.invitation.passkeyTitle}</h2>
      <p>{words.invitation.passkeyText}</p>
      <Island name="passkey" data={passkey}>
        <p>{words.staff.passkeyNoScript}</p>
      </Island>
    </section>
  );
}

async function begin(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const form = formSchema.parse(request.body ?? {});
  const start = await logins.acceptance.begin(secretOf(request), form, request.ip);
  switch (start.outcome) {
    case 'spent':
      return sendLoginProblem(deps, request, reply, 'invitationSpent', { door: '/login/staff' });
    case 'overloaded':
      return sendOverloaded(deps, request, reply, '/login/staff', request.url);
    case 'problems': {
      const { name, email } = form;
      return show(deps, request, reply, { name, email, problems: start.problems });
    }
    case 'pending':
      logins.pending.write(request, reply, 'invitation', start.pending);
      return showApp(deps, request, reply, start.pending);
  }
}

/** The key of the app, and the field for its first digits. */
async function showApp(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { totpKey, email, secret }: PendingAcceptance,
  isWrong = false,
): Promise<FastifyReply> {
  const words = loginWords[languageOf(request)];
  const { invitation, errors } = words;
  const picture = await drawCode(totpAddress(totpKey, email), { type: 'svg' });
  const error = isWrong ? errors.codeWrong : undefined;
  return deps.pages.send(request, reply, {
    title: invitation.appTitle,
    status: isWrong ? 422 : 200,
    body: (
      <form method="post" action={`/login/invitation/${secret}/app`} noValidate>
        <h1>{invitation.appTitle}</h1>
        <ErrorSummary
          title={words.formProblem}
          problems={error ? [{ field: 'code', text: error }] : []}
        />
        <p class="lead">{invitation.appText}</p>
        <img
          width={220}
          height={220}
          alt={invitation.appPicture}
          src={`data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`}
        />
        <p>
          {invitation.appKey}:{' '}
          <code class="text-break">{totpKey.replace(/(.{4})(?=.)/g, '$1 ')}</code>
        </p>
        <Field
          id="code"
          label={invitation.code}
          error={error}
          input={{
            inputmode: 'numeric',
            autocomplete: 'one-time-code',
            required: true,
            maxLength: 7,
          }}
        />
        <button class="btn btn-primary" type="submit">
          {invitation.submit}
        </button>
      </form>
    ),
  });
}

async function finish(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const { code } = codeSchema.parse(request.body ?? {});
  const pending = logins.pending.read<PendingAcceptance>(request, 'invitation');
  if (!pending || pending.secret !== secretOf(request)) {
    const to = { door: '/login/staff' } as const;
    return sendLoginProblem(deps, request, reply, 'stateInvalid', to);
  }
  const outcome = await logins.acceptance.finish(pending, code);
  if (outcome === 'codeWrong') {
    await logins.recordFailure(request, 'invitation', pending.email, 'wrong');
    return showApp(deps, request, reply, pending, true);
  }
  if (!outcome) {
    return sendLoginProblem(deps, request, reply, 'invitationSpent', { door: '/login/staff' });
  }
  const { accountId, recoveryCodes } = outcome;
  const identity = { kind: 'staff', accountId, assurance: 2 } as const;
  await logins.logIn(request, reply, 'invitation', identity);
  const account = await logins.staff.find(accountId);
  return sendRecoveryCodes(deps, request, reply, { codes: recoveryCodes, role: account?.role });
}
