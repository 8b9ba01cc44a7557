import { z } from 'zod';
import { verdictSchema } from '../verdict.ts';

/** Who calls an action, and the schemas of its request and its answer. */
export interface Action<
  Request extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  caller: 'kiosk' | 'server';
  request: Request;
  answer: Answer;
}

function action<Request extends z.ZodType, Answer extends z.ZodType>(
  caller: 'kiosk' | 'server',
  request: Request,
  answer: Answer,
): Action<Request, Answer> {
  return { caller, request, answer };
}

const unixMs = z.number().int().nonnegative();
const base64url = (bytes: number) => z.base64url().length(Math.ceil((bytes * 4) / 3));
const name = z.string().min(1).max(64);
/** 128 bits as 32 lower-case hexadecimal digits. */
const id128 = z.string().regex(/^[0-9a-f]{32}$/);

/** Every action of `varco.v1`: the one place where the wire's content is defined. */
export const actions = {
  /** The server asks who is there; the kiosk signs the nonce, the host and its time (see proof.ts). */
  Challenge: action(
    'server',
    z.strictObject({ nonce: base64url(32), serverTime: unixMs }),
    z.strictObject({ kioskId: name, time: unixMs, signature: base64url(64) }),
  ),
  /** The first call of a kiosk that has proven who it is, and the only one before it is accepted. */
  Boot: action(
    'kiosk',
    z.strictObject({ software: z.string().max(64), startedAt: unixMs }),
    z.discriminatedUnion('status', [
      z.strictObject({
        status: z.literal('accepted'),
        serverTime: unixMs,
        /** How often the kiosk reports its status, in milliseconds. */
        intervalMs: z.number().int().min(100).max(600_000),
        gate: z.strictObject({ name, policy: name }),
        /** The hosts whose codes this gate reads, in lower case. */
        hosts: z.array(z.string().min(1).max(255)).min(1).max(16),
        credentialKeys: z
          .array(
            z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{8}$/), publicKey: base64url(32) }),
          )
          .min(1)
          .max(32),
      }),
      z.strictObject({
        status: z.enum(['pending', 'rejected']),
        serverTime: unixMs,
        retryAfterMs: z.number().int().positive().max(3_600_000),
      }),
    ]),
  ),
  /** May this person pass here? The same `requestId` always gets the same verdict. */
  Verify: action(
    'kiosk',
    z.strictObject({
      requestId: z.uuid(),
      credentialId: id128,
      codiceFiscale: z.string().regex(/^([A-Z0-9]{16}|[0-9]{11})$/),
    }),
    z.strictObject({ verdict: verdictSchema, decidedAt: unixMs }),
  ),
  /** The one-time code that the citizen typed after `otpRequired`; the same rules as `Verify`. */
  VerifyCode: action(
    'kiosk',
    z.strictObject({
      requestId: z.uuid(),
      credentialId: id128,
      code: z.string().regex(/^[0-9]{6}$/),
    }),
    z.strictObject({ verdict: verdictSchema, decidedAt: unixMs }),
  ),
  /** The kiosk's own state, sent every `intervalMs`; the answer carries the server's time. */
  Status: action(
    'kiosk',
    z.strictObject({
      state: z.enum(['inService', 'outOfService', 'starting']),
      peripherals: z.record(
        name,
        z.strictObject({
          state: z.enum(['opening', 'ready', 'lost', 'failing']),
          reason: z.string().max(64).optional(),
        }),
      ),
    }),
    z.strictObject({ serverTime: unixMs }),
  ),
} as const;

export type ActionName = keyof typeof actions;
export type RequestOf<Name extends ActionName> = z.infer<(typeof actions)[Name]['request']>;
export type AnswerOf<Name extends ActionName> = z.infer<(typeof actions)[Name]['answer']>;

/** Whether a word on the wire names an action. */
export function isActionName(word: string): word is ActionName {
  return Object.hasOwn(actions, word);
}
