import { sign } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import {
  ENROL_PATH,
  type EnrolAnswer,
  type EnrolInvitation,
  enrolAnswerSchema,
  enrolMessage,
} from '../../shared/protocol/enrolment-messages.ts';
import type { NewKey } from './identity.ts';
import type { LinkTls } from './link-socket.ts';
import { postJson } from './post-json.ts';

export type EnrolResult =
  | { ok: true; answer: EnrolAnswer; url: string }
  /** `codeRefused`: for good, another code is needed; otherwise the same code may be tried again. */
  | { ok: false; code: string };

export interface EnrolDeps {
  clock: Clock;
  software: string;
  tls: LinkTls;
}

const refusalSchema = z.object({ code: z.string().max(64), serverTime: z.number().optional() });
/** A clock that is further off than this gives way to the server's, for this one request. */
const SKEW_MS = 60_000;

/**
 * Enrols with a server: sends the code and the new public key, signed by that key. A machine whose clock
 * was never set asks once more with the time that the server said.
 */
export async function enrol(
  { server, code }: EnrolInvitation,
  key: NewKey,
  deps: EnrolDeps,
): Promise<EnrolResult> {
  const first = await ask({ server, code }, key, deps, deps.clock.now());
  const { serverTime } = first;
  if (first.result.ok || first.result.code !== 'proofRefused' || serverTime === undefined) {
    return first.result;
  }
  const isFar = Math.abs(serverTime - deps.clock.now()) > SKEW_MS;
  return isFar ? (await ask({ server, code }, key, deps, serverTime)).result : first.result;
}

async function ask(
  { server, code }: EnrolInvitation,
  { publicKey, privateKey }: NewKey,
  { software, tls }: EnrolDeps,
  time: number,
): Promise<{ result: EnrolResult; serverTime?: number | undefined }> {
  const url = new URL(ENROL_PATH, server);
  const message = enrolMessage(url.host, { code, publicKey, time });
  const signature = sign(null, message, privateKey).toString('base64url');
  try {
    const request = { code, publicKey, software, time, signature };
    const { status, body } = await postJson(url, request, tls);
    if (status !== 200) {
      const refusal = refusalSchema.safeParse(body);
      return {
        result: { ok: false, code: refusal.data?.code ?? `http${status}` },
        serverTime: refusal.data?.serverTime,
      };
    }
    const answer = enrolAnswerSchema.parse(body);
    const link = new URL(answer.linkPath, server.replace(/^http/, 'ws'));
    return { result: { ok: true, answer, url: link.href } };
  } catch (error) {
    const code = error instanceof z.ZodError ? 'answerInvalid' : errorCode(error);
    return { result: { ok: false, code } };
  }
}
