import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendRefusal } from '../../http-status.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import { access } from '../../route-access.ts';
import { languageOf } from '../request-language.ts';
import { type LoginDeps, siteOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import { answerSchema, enter } from './staff-login.tsx';

/** Who accepts an invitation; what is amiss is reported later. */
export const whoSchema = z.object({
  name: z.string().max(300).catch(''),
  email: z.string().max(300).catch(''),
});
const secretSchema = z.object({ secret: z.string().max(64).catch('') });

interface Pending {
  challenge: string;
  secret: string;
  name: string;
  email: string;
}

/** Accepting an invitation with a passkey: what the button of the page calls. */
export function registerInvitationPasskey(http: FastifyInstance, deps: LoginDeps): void {
  http.post('/login/invitation-passkey/options', access('public'), (request, reply) =>
    passkeyOptions(deps, request, reply),
  );
  http.post('/login/invitation-passkey', access('public'), (request, reply) =>
    acceptPasskey(deps, request, reply),
  );
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
  const problems = await logins.acceptance.identityProblems(who, account.id);
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
  const pending = logins.pending.read<Pending>(request, 'invitationPasskey');
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
    pending && passkey && (await logins.acceptance.withPasskey(pending.secret, pending, passkey));
  if (!accountId) {
    await logins.recordFailure(request, 'invitation', pending?.email ?? '', 'passkeyRefused');
    return sendRefusal(reply, 'passkeyRefused', { problems: [] });
  }
  const secondFactor = 'passkey' as const;
  return enter(deps, request, reply, { accountId, way: 'invitation', secondFactor });
}
