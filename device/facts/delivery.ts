import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../shared/protocol/actions.ts';
import type { Measurement } from '../../shared/protocol/measurement.ts';
import type { Delivery, OutboxItem } from './fact-store.ts';

/** The calls that deliver what the queue holds, as the link makes them. */
export interface FactCalls {
  call<Name extends 'Facts' | 'Measurements'>(
    name: Name,
    request: RequestOf<Name>,
    timeoutMs: number,
  ): Promise<AnswerOf<Name>>;
}

const CALL_TIMEOUT_MS = 10_000;

/** Codes of a message that the server will never accept. */
const isHopeless = (code: string) => code === 'payloadInvalid' || code === 'tooLarge';

/**
 * Sends one batch to the server, in order: facts, or measurements. A batch that the server can't read
 * is sent one by one, so that one bad fact holds nothing else up: it alone is refused.
 *
 * @throws CallError when the link is gone: everything stays.
 */
export async function deliverFacts(
  batch: readonly OutboxItem[],
  link: FactCalls,
): Promise<Delivery[]> {
  const boxes = batch.flatMap((item) => (item.class === 'fact' ? [item.box] : []));
  const measurements = batch.flatMap((item) => (item.class === 'telemetry' ? item.telemetry : []));
  const results = await sendFacts(boxes, link);
  const ofMeasurements = await sendMeasurements(measurements, link);
  return batch.flatMap((item) => (item.class === 'fact' ? results.splice(0, 1) : ofMeasurements));
}

/** A server of an earlier version takes no measurements: they are refused, and not sent again. */
async function sendMeasurements(measurements: Measurement[], link: FactCalls): Promise<Delivery> {
  if (measurements.length === 0) {
    return { outcome: 'accepted' };
  }
  try {
    await link.call('Measurements', { measurements }, CALL_TIMEOUT_MS);
    return { outcome: 'accepted' };
  } catch (error) {
    const code = errorCode(error);
    if (isHopeless(code) || code === 'unknownAction') {
      return { outcome: 'refused', code: 'telemetryUnsupported' };
    }
    throw error;
  }
}

async function sendFacts(boxes: RequestOf<'Facts'>['boxes'], link: FactCalls): Promise<Delivery[]> {
  if (boxes.length === 0) {
    return [];
  }
  try {
    const { results } = await link.call('Facts', { boxes }, CALL_TIMEOUT_MS);
    if (results.length !== boxes.length) {
      throw new VarcoError('answerInvalid', 'Not every fact was answered');
    }
    return [...results];
  } catch (error) {
    const code = errorCode(error);
    if (!isHopeless(code)) {
      throw error;
    }
    if (boxes.length === 1) {
      return [{ outcome: 'refused', code }];
    }
  }
  const deliveries: Delivery[] = [];
  for (const box of boxes) {
    deliveries.push(...(await sendFacts([box], link)));
  }
  return deliveries;
}
