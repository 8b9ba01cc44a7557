import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import { staffOf } from '../../login/request-session.ts';
import { CsrfField } from './csrf-field.tsx';
import type { LoginDeps } from './login-deps.ts';
import { sendRecoveryCodes } from './recovery-codes-page.tsx';
import type { LoginWords } from './words/words.ts';

/** New recovery codes, in place of the ones before. */
export function registerAccountRecovery(http: FastifyInstance, deps: LoginDeps): void {
  const { logins } = deps;
  const options = { config: { access: 'staff', confirm: true } } as const;
  http.post('/account/recovery-codes', options, async (request, reply) => {
    const session = staffOf(request);
    const account = await logins.staff.find(session.accountId);
    if (!account?.hasPassword) {
      return reply.redirect('/account', 303);
    }
    const codes = await logins.renewRecoveryCodes(session.accountId);
    await logins.recordOwnAct(request, session, 'recoveryCodesRenewed');
    return sendRecoveryCodes(deps, request, reply, { codes, role: session.role });
  });
}

/** How many recovery codes are left, and new ones. */
export function RecoverySection(props: { words: LoginWords; csrf: string; left: number }): VNode {
  const { account } = props.words;
  return (
    <section class="mt-5">
      <h2>{account.recovery}</h2>
      <p>{account.recoveryText}</p>
      <p>
        <strong>{account.recoveryLeft(props.left)}</strong>
      </p>
      <form method="post" action="/account/recovery-codes">
        <CsrfField token={props.csrf} />
        <button class="btn btn-outline-primary" type="submit">
          {account.recoveryRenew}
        </button>
      </form>
    </section>
  );
}
