import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { staffOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { CsrfField } from './csrf-field.tsx';
import type { LoginDeps } from './login-deps.ts';
import { sendLoginProblem, sendOverloaded } from './problem-page.tsx';
import type { LoginWords } from './words/words.ts';

/** What is wrong with each field, as a key of the words' `errors`. */
export interface PasswordProblems {
  oldPassword?: 'oldWrong';
  newPassword?: keyof LoginWords['errors'];
}

type ShowAgain = (
  request: FastifyRequest,
  reply: FastifyReply,
  problems: PasswordProblems,
) => Promise<FastifyReply>;

const formSchema = z.object({
  oldPassword: z.string().max(1024).catch(''),
  newPassword: z.string().max(1024).catch(''),
});

/** Changing one's own password: it asks for the old one, and ends the other sessions. */
export function registerAccountPassword(
  http: FastifyInstance,
  deps: LoginDeps,
  showAgain: ShowAgain,
): void {
  http.post('/account/password', access('staff'), (request, reply) =>
    change(deps, request, reply, showAgain),
  );
}

async function change(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  showAgain: ShowAgain,
): Promise<FastifyReply> {
  const { logins } = deps;
  const session = staffOf(request);
  const account = await logins.staff.find(session.accountId);
  if (!account?.hasPassword) {
    return reply.redirect('/account', 303);
  }
  const client = { sessionId: session.id, address: request.ip };
  const input = formSchema.parse(request.body ?? {});
  const result = await logins.ownPassword.change(account, input, client);
  if (result.outcome === 'changed') {
    await logins.recordOwnAct(request, session, 'passwordChanged');
    return reply.redirect('/account?done=passwordChanged', 303);
  }
  switch (result.outcome) {
    case 'overloaded':
      return sendOverloaded(deps, request, reply, '/login/staff', '/account');
    case 'throttled': {
      const { retryAfterMs } = result;
      return sendLoginProblem(deps, request, reply, 'throttled', { retryAfterMs });
    }
    case 'oldWrong':
      await logins.recordFailure(request, 'page', account.email, 'passwordChange');
      return showAgain(request, reply, { oldPassword: 'oldWrong' });
    case 'sameAsOld':
      return showAgain(request, reply, { newPassword: 'sameAsOld' });
    default:
      return showAgain(request, reply, { newPassword: `password.${result.outcome}` });
  }
}

/** The form for a new password. */
export function PasswordForm(props: {
  words: LoginWords;
  csrf: string;
  problems: PasswordProblems;
}): VNode {
  const { words, problems } = props;
  const { account, errors, invitation, formProblem } = words;
  const textOf = (problem: keyof LoginWords['errors'] | undefined) => problem && errors[problem];
  const [oldError, newError] = [textOf(problems.oldPassword), textOf(problems.newPassword)];
  const listed = [
    { field: 'oldPassword', text: oldError },
    { field: 'newPassword', text: newError },
  ].flatMap(({ field, text }) => (text === undefined ? [] : [{ field, text }]));
  return (
    <form method="post" action="/account/password" class="mt-5" noValidate>
      <h2>{account.passwordTitle}</h2>
      <CsrfField token={props.csrf} />
      <ErrorSummary title={formProblem} problems={listed} />
      <p>{account.passwordText}</p>
      <Field
        id="oldPassword"
        label={account.oldPassword}
        error={oldError}
        input={{ type: 'password', autocomplete: 'current-password', required: true }}
      />
      <Field
        id="newPassword"
        label={account.newPassword}
        hint={invitation.passwordHint}
        error={newError}
        input={{ type: 'password', autocomplete: 'new-password', required: true }}
      />
      <button class="btn btn-outline-primary" type="submit">
        {account.passwordSubmit}
      </button>
    </form>
  );
}
