import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import type { Language } from '../../../shared/language.ts';
import { sendRefusal } from '../../http-status.ts';
import { clientInfo, passkeyLabel } from '../../login/logins.ts';
import { PASSKEYS_MAX, type Passkey } from '../../login/passkeys.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import { csrfOf, sessionOf, staffOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { formatMoment } from '../moment.ts';
import { queryOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { accountOf } from './account.ts';
import { CsrfField } from './csrf-field.tsx';
import { type LoginDeps, siteOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { answerSchema } from './staff-login.tsx';
import type { LoginWords } from './words/words.ts';

const labelSchema = z.object({ label: z.string().max(60).catch('') });

/** Whoever is logged in: out on every device; members of staff: their passkeys. */
export function registerAccountPage(http: FastifyInstance, deps: LoginDeps): void {
  http.get('/account', access('session'), (request, reply) =>
    sessionOf(request) ? show(deps, request, reply) : reply.redirect('/login', 303),
  );
  http.post('/account/passkey/options', access('staff'), (request, reply) =>
    passkeyOptions(deps, request, reply),
  );
  http.post('/account/passkey', access('staff'), (request, reply) =>
    addPasskey(deps, request, reply),
  );
  http.post('/account/passkey/remove', access('staff'), async (request, reply) => {
    const { id } = z.object({ id: z.string().max(1024).catch('') }).parse(request.body ?? {});
    const isGone = await deps.logins.passkeys.remove(staffOf(request).accountId, id);
    if (isGone) {
      await note(deps, request, 'passkeyRemoved');
    }
    return reply.redirect(isGone ? '/account' : '/account?kept=1', 303);
  });
}

async function show(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const language = languageOf(request);
  const words = loginWords[language];
  const session = sessionOf(request);
  const csrf = csrfOf(request);
  const isStaff = session?.kind === 'staff';
  const passkeys = isStaff ? await deps.logins.passkeys.list(session.accountId) : [];
  return deps.pages.send(request, reply, {
    title: words.account.title,
    account: accountOf(request),
    islands: isStaff ? ['passkey'] : [],
    body: (
      <>
        <h1>{words.account.title}</h1>
        <p class="lead">
          {words.account.who} <strong>{session?.name ?? ''}</strong>
          {isStaff ? ` (${words.roles[session.role]})` : ''}.
        </p>
        {isStaff && (
          <PasskeyList
            {...{ words, language, csrf, passkeys }}
            isKept={queryOf(request, 'kept') === '1'}
          />
        )}
        <form method="post" action="/logout/everywhere" class="mt-5">
          <CsrfField token={csrf} />
          <p>{words.account.everywhereText}</p>
          <button class="btn btn-outline-primary" type="submit">
            {words.account.everywhere}
          </button>
        </form>
      </>
    ),
  });
}

function PasskeyList(props: {
  words: LoginWords;
  language: Language;
  csrf: string;
  passkeys: readonly Passkey[];
  isKept: boolean;
}): VNode {
  const { words, language, csrf, passkeys } = props;
  const { account } = words;
  const when = (at: number | undefined) =>
    at === undefined ? account.never : formatMoment(at, language);
  const add: PasskeyProps = {
    optionsUrl: '/account/passkey/options',
    answerUrl: '/account/passkey',
    act: 'create',
    button: account.add,
    failed: words.staff.passkeyFailed,
    fields: ['label'],
    csrf,
  };
  return (
    <section>
      <h2>{account.passkeys}</h2>
      {props.isKept && (
        <p class="varco-error" role="alert">
          {account.onlyWay}
        </p>
      )}
      {passkeys.length === 0 && <p>{account.noPasskeys}</p>}
      <ul class="list-unstyled">
        {passkeys.map(({ id, label, createdAt, usedAt }) => (
          <li key={id} class="mb-3">
            <strong>{label}</strong> · {account.added}: {when(createdAt)} · {account.used}:{' '}
            {when(usedAt)}
            <form method="post" action="/account/passkey/remove">
              <CsrfField token={csrf} />
              <input type="hidden" name="id" value={id} />
              <button class="btn btn-sm btn-outline-primary" type="submit">
                {account.remove}
                <span class="visually-hidden"> {label}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
      <Field id="label" label={account.label} input={{ maxLength: 60 }} />
      <Island name="passkey" data={add}>
        <p>{words.staff.passkeyNoScript}</p>
      </Island>
    </section>
  );
}

async function passkeyOptions(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const account = await logins.staff.find(staffOf(request).accountId);
  if (!account || account.passkeys >= PASSKEYS_MAX) {
    return sendRefusal(reply, 'passkeysTooMany', { problems: [] });
  }
  const options = await logins.passkeys.registrationOptions(siteOf(deps, request), account);
  const { challenge } = options;
  logins.pending.write(request, reply, 'ownPasskey', { challenge, accountId: account.id });
  return reply.send(options);
}

async function addPasskey(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const { accountId } = staffOf(request);
  const pending = logins.pending.read<{ challenge: string; accountId: string }>(
    request,
    'ownPasskey',
  );
  const parsed = answerSchema.safeParse(request.body);
  const { label } = labelSchema.parse(request.body ?? {});
  const isOurs = pending?.accountId === accountId && parsed.success;
  const passkey =
    isOurs && (await logins.singleUse.markSpent(pending.challenge, PENDING_LIFE_MS))
      ? await logins.passkeys.verifyRegistration(
          siteOf(deps, request),
          pending.challenge,
          parsed.data.answer as unknown as RegistrationResponseJSON,
        )
      : undefined;
  if (!passkey) {
    return sendRefusal(reply, 'passkeyRefused', { problems: [] });
  }
  await logins.addPasskey(accountId, label.trim() || passkeyLabel(), passkey);
  await note(deps, request, 'passkeyAdded');
  return reply.send({ to: '/account' });
}

/** What was done to an account stands in the log of logins. */
async function note({ logins }: LoginDeps, request: FastifyRequest, reason: string) {
  const { accountId } = staffOf(request);
  const account = (await logins.staff.find(accountId))?.email ?? accountId;
  await logins.log.write({
    event: 'account',
    way: 'page',
    account,
    reason,
    ...clientInfo(request),
  });
}
