import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { VarcoError } from '../../../shared/errors.ts';
import { isDangerous } from '../../fleet/access/permissions.ts';
import { sendRefusal } from '../../http-status.ts';
import { clientInfo, homeOf } from '../../login/logins.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import {
  CSRF_FIELD,
  csrfOf,
  isConfirmed,
  safePath,
  sessionOf,
  staffOf,
} from '../../login/request-session.ts';
import type { StaffSession } from '../../login/session.ts';
import type { StaffAccount } from '../../login/staff-rows.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { valueIn } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { accountOf } from './account.ts';
import { wantedPath } from './citizen-login.tsx';
import { CsrfField } from './csrf-field.tsx';
import { type LoginDeps, siteOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { sendLoginProblem } from './problem-page.tsx';
import { answerSchema } from './staff-login.tsx';
import type { LoginWords } from './words/words.ts';

/** The field of the six digits, among the fields of whatever is being confirmed. */
const CODE_FIELD = 'confirmCode';
const FORM_ID = 'confirm';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A dangerous act on one's own account; those of the permission table are marked there. */
    confirm?: boolean;
  }
}

/**
 * A dangerous act needs a proof of who acts that is not older than a few minutes, so that a session which
 * somebody left open, or lost, is not enough. The page that asks for it carries the fields of the form along
 * and sends them to the same address again, with the proof: the act then goes on by itself.
 */
export function registerConfirmation(http: FastifyInstance, deps: LoginDeps): void {
  http.addHook('preHandler', async (request, reply) => {
    const session = sessionOf(request);
    if (session?.kind === 'staff' && needsConfirmation(request)) {
      return demandConfirmation(deps, request, reply, session);
    }
  });
  const confirmed = { config: { access: 'staff', confirm: true } } as const;
  http.get('/account/confirm', access('staff'), (request, reply) => {
    const fields = { to: wantedPath(request) ?? '/account' };
    return ask(deps, request, reply, { action: '/account/confirm', fields });
  });
  http.post('/account/confirm', confirmed, (request, reply) =>
    reply.redirect(safePath(valueIn(request.body, 'to')) ?? '/account', 303),
  );
  http.post('/account/confirm/passkey/options', access('staff'), async (request, reply) => {
    const options = await deps.logins.passkeys.authenticationOptions(siteOf(deps, request));
    const { challenge } = options;
    deps.logins.pending.write(request, reply, 'confirmPasskey', { challenge });
    return reply.send(options);
  });
  http.post('/account/confirm/passkey', access('staff'), (request, reply) =>
    confirmWithPasskey(deps, request, reply),
  );
}

function needsConfirmation(request: FastifyRequest): boolean {
  const { confirm, access } = request.routeOptions.config;
  const actions: readonly string[] = [access ?? []].flat();
  return request.method !== 'GET' && (confirm === true || actions.some(isDangerous));
}

async function demandConfirmation(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  session: StaffSession,
): Promise<FastifyReply | undefined> {
  const { [CODE_FIELD]: code, ...fields } = { ...Object(request.body) };
  if (isConfirmed(request, deps.now())) {
    request.body = fields;
    return undefined;
  }
  if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new VarcoError('confirmationNeeded', 'Confirm who you are at /account/confirm first');
  }
  const action = request.url;
  if (typeof code !== 'string') {
    return ask(deps, request, reply, { action, fields });
  }
  const { logins } = deps;
  const outcome = await logins.passwords.confirm(session.accountId, code, request.ip);
  if (outcome.ok) {
    await confirm(deps, request, session, 'app');
    request.body = fields;
    return undefined;
  }
  const account = await logins.nameInLog(session);
  await logins.recordFailure(request, 'app', account, outcome.reason);
  return outcome.reason === 'throttled'
    ? sendLoginProblem(deps, request, reply, 'throttled', outcome)
    : ask(deps, request, reply, { action, fields, isWrong: true });
}

async function confirm(
  deps: LoginDeps,
  request: FastifyRequest,
  session: StaffSession,
  way: 'app' | 'passkey',
): Promise<void> {
  const { logins } = deps;
  await logins.sessions.confirm(session.id);
  const account = await logins.nameInLog(session);
  await logins.log.write({ event: 'confirmed', way, account, ...clientInfo(request) });
}

interface Asked {
  /** Where the form goes. */
  action: string;
  /** What goes along, as it was sent. */
  fields: Readonly<Record<string, unknown>>;
  isWrong?: boolean;
}

async function ask(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: Asked,
): Promise<FastifyReply> {
  const words = loginWords[languageOf(request)];
  const { accountId, role } = staffOf(request);
  const account = await deps.logins.staff.find(accountId);
  const { confirm: title } = words;
  return deps.pages.send(request, reply, {
    title: title.title,
    account: accountOf(request),
    islands: ['passkey'],
    status: asked.isWrong ? 422 : 200,
    body: (
      <>
        <h1>{title.title}</h1>
        <p class="lead">{title.lead}</p>
        <ConfirmForm {...{ words, account, ...asked }} csrf={csrfOf(request)} />
        <p class="mt-4">
          <a href={homeOf(role)}>{title.cancel}</a>
        </p>
      </>
    ),
  });
}

function ConfirmForm(
  props: Asked & {
    words: LoginWords;
    account: StaffAccount | undefined;
    csrf: string;
  },
): VNode {
  const { words, account, csrf } = props;
  const { confirm: own, staff } = words;
  const hasApp = account?.hasPassword === true;
  const error = props.isWrong ? own.wrong : undefined;
  const passkey: PasskeyProps = {
    optionsUrl: '/account/confirm/passkey/options',
    answerUrl: '/account/confirm/passkey',
    act: 'get',
    button: own.passkeyButton,
    failed: staff.passkeyFailed,
    submit: FORM_ID,
    csrf,
  };
  return (
    <>
      <form id={FORM_ID} method="post" action={props.action} noValidate>
        <ErrorSummary
          title={words.formProblem}
          problems={error && hasApp ? [{ field: CODE_FIELD, text: error }] : []}
        />
        <CsrfField token={csrf} />
        <HiddenFields fields={props.fields} />
        {hasApp && (
          <>
            <Field
              id={CODE_FIELD}
              label={staff.code}
              hint={staff.codeHint}
              error={error}
              input={{
                inputmode: 'numeric',
                autocomplete: 'one-time-code',
                required: true,
                maxLength: 7,
              }}
            />
            <button class="btn btn-primary" type="submit">
              {own.submit}
            </button>
          </>
        )}
      </form>
      {(account?.passkeys ?? 0) > 0 && (
        <div class="mt-4">
          <Island name="passkey" data={passkey}>
            <p>{staff.passkeyNoScript}</p>
          </Island>
        </div>
      )}
    </>
  );
}

/** The fields of a form that was sent, to be sent again; a name may stand in it more than once. */
function HiddenFields({ fields }: Pick<Asked, 'fields'>): VNode {
  const pairs = Object.entries(fields)
    .filter(([name]) => name !== CSRF_FIELD)
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one] as const));
  return (
    <>
      {pairs.map(([name, value], index) =>
        typeof value === 'string' ? (
          <input key={`${index} ${name}`} type="hidden" name={name} value={value} />
        ) : null,
      )}
    </>
  );
}

/** Confirms a session with a passkey of its own account; the page then sends its form. */
async function confirmWithPasskey(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const session = staffOf(request);
  const pending = logins.pending.read<{ challenge: string }>(request, 'confirmPasskey');
  const parsed = answerSchema.safeParse(request.body);
  const accountId =
    pending &&
    parsed.success &&
    (await logins.singleUse.markSpent(pending.challenge, PENDING_LIFE_MS))
      ? await logins.passkeys.logIn(siteOf(deps, request), pending.challenge, parsed.data.answer)
      : undefined;
  if (accountId !== session.accountId) {
    const account = await logins.nameInLog(session);
    await logins.recordFailure(request, 'passkey', account, 'confirmRefused');
    return sendRefusal(reply, 'passkeyRefused', { problems: [] });
  }
  await confirm(deps, request, session, 'passkey');
  return reply.send({ to: '/account' });
}
