import { z } from 'zod';
import { counter, name } from './fields.ts';

/** The longest name of a reason or a message, in characters. */
const words = z.string().trim().min(1).max(200);

const command = <Name extends string>(called: Name) => z.strictObject({ name: z.literal(called) });

/** What a site may tell a kiosk to do: a closed list, each with its arguments. */
export const commandSchema = z.discriminatedUnion('name', [
  /** Blinks and beeps, so that somebody who stands before it knows which one it is. */
  command('identify').extend({ seconds: z.number().int().min(1).max(60).default(10) }),
  command('selfTest'),
  command('outOfService').extend({ message: words.optional() }),
  command('inService'),
  /** Says that it is being updated, until `inService`. */
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
export const commandNames = commandSchema.options.map(
  ({ shape }) => shape.name.value,
) as readonly CommandName[];

/**
 * What becomes of a command, at once:
 * - `done` it is done (for a restart: it is about to happen, and the next boot is its proof);
 * - `accepted` it is under way, and `CommandResult` tells its end;
 * - `busy` somebody is at the gate, or the same command is under way, and it can't wait;
 * - `refused` it is not done, for the reason in `code`.
 */
export const commandAnswerSchema = z.discriminatedUnion('status', [
  z.strictObject({ status: z.enum(['done', 'accepted', 'busy']) }),
  z.strictObject({
    status: z.literal('refused'),
    /**
     * `unsupported` this kiosk can't; `notAllowed` its system does not let it; `failed` it tried;
     * `outOfService` the gate serves nobody.
     */
    code: z.enum(['unsupported', 'notAllowed', 'failed', 'outOfService']),
  }),
]);
export type CommandAnswer = z.infer<typeof commandAnswerSchema>;

/** The characters of one part of a result: in a frame together below `FRAME_LENGTH_MAX`. */
export const RESULT_PART_MAX = 8_192;
/** The parts of one result, at most: 512 Ki characters. */
export const RESULT_PARTS_MAX = 64;

/**
 * The end of a command that took its time, in parts from 0. A result's content is text (`text/plain`,
 * `application/json`) or base64 (`image/png`).
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
