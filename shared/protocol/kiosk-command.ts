import { z } from 'zod';
import { counter, name } from './fields.ts';

/** A reason or a message that people read. */
const words = z.string().trim().min(1).max(200);

const command = <Name extends string>(name: Name) => z.strictObject({ name: z.literal(name) });

/** The commands that a site may send to a kiosk, each with its arguments; a closed set. */
export const commandSchema = z.discriminatedUnion('name', [
  /** Blinks and beeps, so that somebody standing among several knows which one it is. */
  command('identify').extend({ seconds: z.number().int().min(1).max(60).default(10) }),
  command('selfTest'),
  command('outOfService').extend({ message: words.optional() }),
  command('inService'),
  /** Shows that it is being updated, until `inService`. */
  command('updating'),
  command('restartProgram'),
  command('restartBoard'),
  command('refreshList'),
  /** Opens the turnstile for one person, without a verification; who asked for it is in the audit. */
  command('openOnce').extend({ reason: words }),
  /** The last lines of the kiosk's own log, redacted. */
  command('collectLogs').extend({ lines: z.number().int().min(1).max(2_000).default(500) }),
  /** What the screen shows, never while somebody is at the gate. */
  command('screenshot'),
]);
export type KioskCommand = z.infer<typeof commandSchema>;
export type CommandName = KioskCommand['name'];
export const commandNames: readonly CommandName[] = commandSchema.options.map(
  ({ shape }) => shape.name.value,
);

/**
 * The immediate answer to a command:
 * - `done` (of a restart: it is about to happen, and the next boot proves it);
 * - `accepted` it is under way, and `CommandResult` reports its end;
 * - `busy` somebody is at the gate, or the same command is under way, and it can't wait;
 * - `refused` for the reason in `code`.
 */
export const commandAnswerSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.enum(['done', 'accepted', 'busy']) }),
  z.strictObject({
    status: z.literal('refused'),
    /**
     * `unsupported` this kiosk can't do it; `notAllowed` its operating system forbids it; `failed` it
     * tried in vain; `outOfService` the gate serves nobody.
     */
    code: z.enum(['unsupported', 'notAllowed', 'failed', 'outOfService']),
  }),
]);
export type CommandAnswer = z.infer<typeof commandAnswerSchema>;

/** The most characters in one part of a result: with its frame, below `FRAME_LENGTH_MAX`. */
export const RESULT_PART_MAX = 8_192;
/** The most parts in one result: 512 Ki characters in all. */
export const RESULT_PARTS_MAX = 64;

/**
 * The result of a command that was `accepted`, in parts counted from 0. Its content is text
 * (`text/plain`, `application/json`) or base64 (`image/png`).
 */
export const commandResultSchema = z.strictObject({
  id: z.uuid(),
  part: counter.max(RESULT_PARTS_MAX - 1),
  last: z.boolean(),
  outcome: z.enum(['done', 'failed']),
  /** Of a failure: a stable code. */
  code: name.optional(),
  type: z.enum(['text/plain', 'application/json', 'image/png']).optional(),
  data: z.string().max(RESULT_PART_MAX).optional(),
});
export type CommandResultPart = z.infer<typeof commandResultSchema>;
