import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import type { Language } from '../../../shared/language.ts';
import { sendRefusal } from '../../http-status.ts';
import { PASSKEYS_MAX, type Passkey, passkeyLabel } from '../../login/passkeys.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import { staffOf } from '../../login/request-session.ts';
import { Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { formatMoment } from '../moment.ts';
import { CsrfField } from './csrf-field.tsx';
import { type LoginDeps, siteOf } from './login-deps.ts';
import type { PasskeyProps } from './passkey.island.tsx';
import { withTo } from './problem-page.tsx';
import { answerSchema } from './staff-login.tsx';
import type { LoginWords } from './words/words.ts';

const labelSchema = z.object({ label: z.string().max(60).catch('') });

/** One's own passkeys, more and less. */
export function registerAccountPasskeys(http: FastifyInstance, deps: LoginDeps): void {
  const { logins } = deps;
  const options = { config: { access: 'staff', confirm: true } } as const;
  http.post('/account/passkey/options', options, (request, reply) =>
    passkeyOptions(deps, request, reply),
  );
  http.post('/account/passkey', options, (request, reply) => addPasskey(deps, request, reply));
  http.post('/account/passkey/remove', options, async (request, reply) => {
    const { id } = z.object({ id: z.string().max(1024).catch('') }).parse(request.body ?? {});
    const session = staffOf(request);
    const isGone = await logins.passkeys.remove(session.accountId, id);
    if (isGone) {
      await logins.recordOwnAct(request, session, 'passkeyRemoved');
    }
    return reply.redirect(isGone ? '/account' : '/account?kept=1', 303);
  });
}

/** The passkeys, and a button for another one. */
export function PasskeyList(props: {
  words: LoginWords;
  language: Language;
  csrf: string;
  passkeys: readonly Passkey[];
  isKept: boolean;
  isConfirmed: boolean;
}): VNode {
  const { words, language, csrf, passkeys } = props;
  const { account } = words;
  const when = (at: number | undefined) =>
    at === undefined ? account.never : formatMoment(at, language);
  return (
    <section class="mt-5">
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
            <form method="post" action="/account/passkey/remove" class="mt-2">
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
      {props.isConfirmed ? (
        <AddPasskey words={words} csrf={csrf} />
      ) : (
        <p>
          <a class="btn btn-outline-primary" href={withTo('/account/confirm', '/account')}>
            {account.add}
          </a>
        </p>
      )}
    </section>
  );
}

function AddPasskey({ words, csrf }: { words: LoginWords; csrf: string }): VNode {
  const { account, staff } = words;
  const add: PasskeyProps = {
    optionsUrl: '/account/passkey/options',
    answerUrl: '/account/passkey',
    act: 'create',
    button: account.add,
    failed: staff.passkeyFailed,
    fields: ['label'],
    csrf,
  };
  return (
    <>
      <Field id="label" label={account.label} input={{ maxLength: 60 }} />
      <Island name="passkey" data={add}>
        <p>{staff.passkeyNoScript}</p>
      </Island>
    </>
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
  const session = staffOf(request);
  const { accountId } = session;
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
  await logins.recordOwnAct(request, session, 'passkeyAdded');
  return reply.send({ to: '/account' });
}
