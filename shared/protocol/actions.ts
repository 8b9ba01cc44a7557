import { z } from 'zod';
import { SEALED_FACT_LENGTH_MAX } from '../fact.ts';
import { verdictSchema } from '../verdict.ts';
import { base64url, counter, name, unixMs } from './fields.ts';
import { commandAnswerSchema, commandResultSchema, commandSchema } from './kiosk-command.ts';
import { statusSchema } from './kiosk-status.ts';
import { MEASUREMENTS_MAX, measurementSchema } from './measurement.ts';
import { configProblemSchema, desiredConfigSchema, reportedConfigSchema } from './remote-config.ts';

/**
 * Calls of one lane wait for each other, one in flight at a time. A list or a log never delays a
 * person's verification, and an answer always belongs to the last question of its kind.
 */
export type Lane = 'proof' | 'boot' | 'verify' | 'status' | 'list' | 'facts' | 'command';

/** Who calls an action, in which lane, and the schemas of its request and its answer. */
export interface Action<
  Request extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  caller: 'kiosk' | 'server';
  lane: Lane;
  request: Request;
  answer: Answer;
}

function action<Request extends z.ZodType, Answer extends z.ZodType>(
  caller: 'kiosk' | 'server',
  lane: Lane,
  request: Request,
  answer: Answer,
): Action<Request, Answer> {
  return { caller, lane, request, answer };
}

/** 128 bits as 32 lower-case hexadecimal digits. */
const id128 = z.string().regex(/^[0-9a-f]{32}$/);

const listVersion = z.strictObject({ epoch: counter, version: counter });
const listKind = z.enum(['full', 'delta']);

/** The bytes of one `ListChunk`: in base64url, with its frame, below `FRAME_LENGTH_MAX`. */
export const LIST_CHUNK_BYTES = 11_520;
/** The facts of one `Facts`: together below `FRAME_LENGTH_MAX`. */
export const FACTS_MAX = 16;

/** Every action of `varco.v1`: the one place where the wire's content is defined. */
export const actions = {
  /** The server asks who is calling; the kiosk signs the nonce, the host and its time (see proof.ts). */
  Challenge: action(
    'server',
    'proof',
    z.strictObject({ nonce: base64url(32), serverTime: unixMs }),
    z.strictObject({ kioskId: name, time: unixMs, signature: base64url(64) }),
  ),
  /** The first call of a kiosk that has proven who it is, and the only one before it is accepted. */
  Boot: action(
    'kiosk',
    'boot',
    z.strictObject({
      software: z.string().max(64),
      /** When the program started, by the kiosk's clock: the same at every boot of one run. */
      startedAt: unixMs,
      /** The config that it runs. */
      config: reportedConfigSchema.optional(),
      /**
       * The commands that it can carry out, and the reasons of verdicts that it has words for beyond those of
       * the first version; a kiosk that lists none gets only those of the first version.
       */
      capabilities: z.array(name).max(32).optional(),
    }),
    z.discriminatedUnion('status', [
      z.strictObject({
        status: z.literal('accepted'),
        serverTime: unixMs,
        /** How often the kiosk reports its status, in milliseconds. */
        intervalMs: z.number().int().min(100).max(600_000),
        /** `liveCode`: the policy takes only a phone's live code. */
        gate: z.strictObject({ name, policy: name, liveCode: z.literal('required').optional() }),
        /** The hosts whose codes this gate reads, in lower case. */
        hosts: z.array(z.string().min(1).max(255)).min(1).max(16),
        credentialKeys: z
          .array(
            z.strictObject({ keyId: z.string().regex(/^[0-9a-f]{8}$/), publicKey: base64url(32) }),
          )
          .min(1)
          .max(32),
        /** Facts are sealed to this X25519 key; absent: the server takes none, so nothing is decided offline. */
        factsKey: z
          .strictObject({ keyId: z.string().regex(/^[0-9a-f]{8}$/), publicKey: base64url(32) })
          .optional(),
        /** The config that the site wants here; absent: the kiosk's own file is all. */
        desired: desiredConfigSchema.optional(),
        /**
         * After losing the link, the kiosk first retries within this many milliseconds, evenly spread:
         * the more kiosks a server has, the longer, so that all return without a storm.
         */
        reconnectWithinMs: z.number().int().min(100).max(60_000).optional(),
      }),
      /** `pending`: known but not admitted yet; `rejected`: not admitted, but it may ask again. */
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
    'verify',
    z.strictObject({
      requestId: z.uuid(),
      credentialId: id128,
      codiceFiscale: z.string().regex(/^([A-Z0-9]{16}|[0-9]{11})$/),
      /** Of a live code: when it was made, in Unix seconds. The kiosk has checked that it was current. */
      liveIssuedAt: z.number().int().nonnegative().optional(),
    }),
    z.strictObject({ verdict: verdictSchema, decidedAt: unixMs }),
  ),
  /** The one-time code that the citizen typed after `otpRequired`; the same rules as `Verify`. */
  VerifyCode: action(
    'kiosk',
    'verify',
    z.strictObject({
      requestId: z.uuid(),
      credentialId: id128,
      code: z.string().regex(/^[0-9]{6}$/),
    }),
    z.strictObject({ verdict: verdictSchema, decidedAt: unixMs }),
  ),
  /** The kiosk's report about itself, every `intervalMs`; the answer carries the server's time. */
  Status: action(
    'kiosk',
    'status',
    statusSchema,
    z.strictObject({
      serverTime: unixMs,
      /** As in the boot answer, when it changed. */
      reconnectWithinMs: z.number().int().min(100).max(60_000).optional(),
      /** The server doesn't know what a partial report leaves out: the next one is to be whole. */
      whole: z.literal(true).optional(),
    }),
  ),
  /**
   * What the kiosk must fetch so that its offline list is the newest of its own gate's policy.
   * `have` is the list in force; without it (none, or a damaged one) a full list is due. `newest` is the
   * newest version ever in force there, below which it accepts nothing.
   *
   * `none`: `off`, this server keeps no lists; `level`, no list may answer for the policy: it needs a
   * one-time code, or none of its versions is in force; `soon`, one is being built: `ListChanged` says when it is there.
   */
  ListHead: action(
    'kiosk',
    'list',
    z.strictObject({
      have: listVersion.extend({ base: counter }).optional(),
      newest: listVersion.optional(),
    }),
    z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('none'), reason: z.enum(['off', 'level', 'soon']) }),
      z.strictObject({ status: z.literal('current') }),
      z.strictObject({
        status: z.literal('fetch'),
        kind: listKind,
        version: counter,
        /** Of the whole file. */
        bytes: z
          .number()
          .int()
          .positive()
          .max(64 * 1024 * 1024),
      }),
    ]),
  ),
  /**
   * A part of the file that `ListHead` named. `unavailable` when the server no longer has that
   * version: the kiosk asks for the head again.
   */
  ListChunk: action(
    'kiosk',
    'list',
    z.strictObject({ kind: listKind, version: counter, offset: counter }),
    z.strictObject({ data: z.base64url().max(Math.ceil((LIST_CHUNK_BYTES * 4) / 3)) }),
  ),
  /** There is a newer list for this gate: a revocation does not wait for the next poll. */
  ListChanged: action('server', 'list', listVersion, z.strictObject({})),
  /**
   * What the gate did on its own, oldest first: answers without the server, and whether somebody went
   * through. Results come in the same order. A repeated fact is `accepted` again and kept once; `refused`
   * is final.
   */
  Facts: action(
    'kiosk',
    'facts',
    z.strictObject({
      /** Each a sealed fact (shared/fact.ts). */
      boxes: z
        .array(
          z
            .string()
            .regex(/^[\w.-]+$/)
            .max(SEALED_FACT_LENGTH_MAX),
        )
        .min(1)
        .max(FACTS_MAX),
    }),
    z.strictObject({
      results: z
        .array(
          z.discriminatedUnion('outcome', [
            z.strictObject({ outcome: z.literal('accepted') }),
            z.strictObject({ outcome: z.literal('refused'), code: name }),
          ]),
        )
        .max(FACTS_MAX),
    }),
  ),
  /**
   * What the kiosk measured while there was no link, oldest first. The answer means that it is stored;
   * measurements too old to be kept are dropped.
   */
  Measurements: action(
    'kiosk',
    'facts',
    z.strictObject({ measurements: z.array(measurementSchema).min(1).max(MEASUREMENTS_MAX) }),
    z.strictObject({}),
  ),
  /**
   * The config that the site wants from now on. `applied`: in force; `scheduled`: valid, and in force
   * once the person at the gate is done; `refused`: the previous one stays. The next status reports the
   * outcome.
   */
  Configure: action(
    'server',
    'command',
    desiredConfigSchema,
    z.discriminatedUnion('status', [
      z.strictObject({ status: z.enum(['applied', 'scheduled']) }),
      z.strictObject({
        status: z.literal('refused'),
        problems: z.array(configProblemSchema).min(1).max(16),
      }),
    ]),
  ),
  /**
   * Asks the kiosk to reconnect, because its gate has another policy now or is to run on its own file
   * alone: `renewing`, at once; `scheduled`, when the person at the gate is done. Until then this
   * connection, and that person's verification, go on unchanged.
   */
  Renew: action(
    'server',
    'command',
    z.strictObject({}),
    z.strictObject({ status: z.enum(['renewing', 'scheduled']) }),
  ),
  /** A command of the site. A repeated id is the same command and gets the same answer. */
  Command: action(
    'server',
    'command',
    z.strictObject({ id: z.uuid(), command: commandSchema }),
    commandAnswerSchema,
  ),
  /** How an `accepted` command ended; its content comes in parts. */
  CommandResult: action('kiosk', 'command', commandResultSchema, z.strictObject({})),
} as const;

export type ActionName = keyof typeof actions;
export type RequestOf<Name extends ActionName> = z.infer<(typeof actions)[Name]['request']>;
export type AnswerOf<Name extends ActionName> = z.infer<(typeof actions)[Name]['answer']>;
