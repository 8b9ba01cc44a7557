import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { toString as drawCode } from 'qrcode';
import { z } from 'zod';
import { sendRefusal } from '../../http-status.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import type { AcceptanceProblem } from '../../login/staff-accounts.ts';
import { totpAddress } from '../../login/totp.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { paramOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { type LoginDeps, siteOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { sendLoginProblem } from './problem-page.tsx';
import { answerSchema, enter } from './staff-login.tsx';
import type { LoginWords } from './words/words.ts';

const whoSchema = z.object({
  name: z.string().max(300).catch(''),
  email: z.string().max(300).catch(''),
});
const formSchema = whoSchema.extend({
  password: z.string().max(1024).catch(''),
  code: z.string().max(20).catch(''),
});
const secretSchema = z.object({ secret: z.string().max(64).catch('') });

const fieldOf: Readonly<Record<AcceptanceProblem, string>> = {
  nameMissing: 'name',
  emailInvalid: 'email',
  emailTaken: 'email',
  'password.tooShort': 'password',
  'password.tooLong': 'password',
  'password.common': 'password',
  'password.ownName': 'password',
  codeWrong: 'code',
};

/** Where somebody who was invited makes the account usable: the link works once, and for three days. */
export function registerInvitation(http: FastifyInstance, deps: LoginDeps): void {
  http.get('/login/invitation/:secret', access('public'), (request, reply) =>
    show(deps, request, reply),
  );
  http.post('/login/invitation/:secret', access('public'), (request, reply) =>
    accept(deps, request, reply),
  );
  http.post('/login/invitation-passkey/options', access('public'), (request, reply) =>
    passkeyOptions(deps, request, reply),
  );
  http.post('/login/invitation-passkey', access('public'), (request, reply) =>
    acceptPasskey(deps, request, reply),
  );
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
  const appKey = deps.logins.staff.invitationTotp(secret);
  const name = entered.name ?? account.name;
  const email = entered.email ?? account.email;
  const label = email === '' ? 'varco' : email;
  const picture = await drawCode(totpAddress(appKey, label), { type: 'svg' });
  const { problems = [] } = entered;
  return deps.pages.send(request, reply, {
    title: words.invitation.title,
    status: problems.length > 0 ? 422 : 200,
    islands: ['passkey'],
    body: (
      <>
        <h1>{words.invitation.title}</h1>
        <p class="lead">{words.invitation.lead(words.roles[account.role])}</p>
        <InvitationForm {...{ words, secret, appKey, picture, name, email, problems }} />
        <PasskeyPart words={words} secret={secret} />
      </>
    ),
  });
}

function InvitationForm(props: {
  words: LoginWords;
  secret: string;
  appKey: string;
  picture: string;
  name: string;
  email: string;
  problems: readonly AcceptanceProblem[];
}): VNode {
  const { words, appKey, picture, problems } = props;
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
      <h2>{invitation.appTitle}</h2>
      <p>{invitation.appText}</p>
      <img
        width={220}
        height={220}
        alt={invitation.appPicture}
        src={`data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`}
      />
      <p>
        {invitation.appKey}: <code>{appKey.replace(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <Field
        id="code"
        label={invitation.code}
        error={errorOf('code')}
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

async function accept(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const form = formSchema.parse(request.body ?? {});
  const outcome = await deps.logins.staff.accept(secretOf(request), form);
  if (!outcome) {
    return sendLoginProblem(deps, request, reply, 'invitationSpent', { door: '/login/staff' });
  }
  if ('problems' in outcome) {
    const { name, email } = form;
    return show(deps, request, reply, { name, email, problems: outcome.problems });
  }
  return enter(deps, request, reply, { accountId: outcome.accountId, way: 'invitation' });
}

async function passkeyOptions(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const { secret } = secretSchema.parse(request.body ?? {});
  const who = whoSchema.parse(request.body ?? {});
  const account = await logins.staff.invited(secret);
  if (!account) {
    return sendRefusal(reply, 'invitationSpent', { problems: [] });
  }
  const problems = await logins.staff.identityProblems(who, account.id);
  if (problems.length > 0) {
    const { errors } = loginWords[languageOf(request)];
    const texts = problems.map((problem) => errors[problem]);
    return sendRefusal(reply, 'identityInvalid', { problems: texts });
  }
  const options = await logins.passkeys.registrationOptions(siteOf(deps, request), {
    id: account.id,
    ...who,
  });
  const { challenge } = options;
  logins.pending.write(request, reply, 'invitationPasskey', { challenge, secret, ...who });
  return reply.header('cache-control', 'no-store').send(options);
}

async function acceptPasskey(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const parsed = answerSchema.safeParse(request.body);
  const pending = logins.pending.read<{
    challenge: string;
    secret: string;
    name: string;
    email: string;
  }>(request, 'invitationPasskey');
  const answer = parsed.success ? (parsed.data.answer as unknown) : undefined;
  const passkey =
    pending && answer && (await logins.singleUse.markSpent(pending.challenge, PENDING_LIFE_MS))
      ? await logins.passkeys.verifyRegistration(
          siteOf(deps, request),
          pending.challenge,
          answer as RegistrationResponseJSON,
        )
      : undefined;
  const accountId =
    pending && passkey && (await logins.acceptWithPasskey(pending.secret, pending, passkey));
  if (!accountId) {
    await logins.recordFailure(request, 'invitation', pending?.email ?? '', 'passkeyRefused');
    return sendRefusal(reply, 'passkeyRefused', { problems: [] });
  }
  return enter(deps, request, reply, { accountId, way: 'invitation' });
}
