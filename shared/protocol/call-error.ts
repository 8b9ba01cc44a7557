import { VarcoError } from '../errors.ts';
import type { FailureCode } from './frame.ts';

/** Why a call of ours has no answer; a wire code, or what happened on this side. */
export type CallFailureCode = FailureCode | 'timeout' | 'closed' | 'answerInvalid';

/** A call of ours that failed, or a handler's refusal: thrown by a handler, its code goes on the wire. */
export class CallError extends VarcoError<CallFailureCode> {}
