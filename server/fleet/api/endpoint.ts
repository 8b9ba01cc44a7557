import { z } from 'zod';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';
import type { FleetActor } from '../access/actor.ts';
import { type FleetAction, type Rule, rules, type Scope } from '../access/permissions.ts';
import type { ReadonlyDeep, Undescribed } from './exact.ts';

/** The schemas of what a call takes: its path's parameters, its query string and its JSON body. */
export type Input = { params?: z.ZodObject; query?: z.ZodObject; body?: z.ZodType };

interface Operation<Taken extends Input, Answer extends z.ZodType> {
  /** The call's name in generated clients: once published, it stays. */
  operationId: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  url: string;
  summary: string;
  tag: string;
  /** What of the permission table this call does, or any of what it may do. The handler's room asks. */
  action: FleetAction | readonly FleetAction[];
  input: Taken;
  answer: Answer;
  /** The HTTP status of the answer, 200 if omitted. */
  status?: number;
  /** Codes of the errors that this call may end with, beside those that every call may. */
  refusals?: readonly ErrorCode[];
}

/** One call of the API: what it takes, what it answers, and who may make it (the handler checks that). */
export interface Endpoint extends Operation<Input, z.ZodType> {
  /** @throws VarcoError `requestInvalid` for input that the schemas refuse, and what the handler throws. */
  run(who: FleetActor, request: Record<keyof Input, unknown>): Promise<unknown>;
}

interface Definition<Taken extends Input, Answer extends z.ZodType, Result>
  extends Operation<Taken, Answer> {
  handle(who: FleetActor, input: z.output<z.ZodObject<Taken>>): Promise<Result>;
}

/** Demands nothing of a result whose keys the schema describes; of another, what nobody can give. */
type Described<Result, Answer> = [Undescribed<Result, Answer>] extends [never]
  ? unknown
  : { undescribed: Undescribed<Result, Answer> };

/**
 * Types a call by its schemas: the handler's input is what they let through, and its result is what the
 * answer's schema describes, no key more and none less.
 */
export function endpoint<
  Taken extends Input,
  Answer extends z.ZodType,
  Result extends ReadonlyDeep<z.output<Answer>>,
>(definition: Definition<Taken, Answer, Result> & Described<Result, z.output<Answer>>): Endpoint {
  const { handle, ...operation }: Definition<Taken, Answer, Result> = definition;
  const input = z.object(operation.input);
  return {
    ...operation,
    run: async (who, { params, query, body }) => {
      const parsed = input.safeParse({ params, query, body: body ?? {} });
      if (!parsed.success) {
        throw new VarcoError('requestInvalid', z.prettifyError(parsed.error));
      }
      return handle(who, parsed.data);
    },
  };
}

/** The scope that a token needs for a call. Without one, only people who are logged in may call. */
export function scopeOf({ action }: Pick<Endpoint, 'action'>): Scope | undefined {
  const rulesOf: Rule[] = [action].flat().map((one) => rules[one]);
  return rulesOf.find(({ scope }) => scope !== undefined)?.scope;
}

/** The answer of a call that has nothing to tell but that it is done. */
export const nothing = z.strictObject({}).meta({ id: 'Nothing' });

export async function done(work: Promise<void>): Promise<Record<string, never>> {
  await work;
  return {};
}
