import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../shared/protocol/messages.ts';
import type { Delivery, OutboxItem } from './outbox.ts';

/** The call that brings facts to the server, as the link makes it. */
export interface FactCalls {
  call(name: 'Facts', request: RequestOf<'Facts'>, timeoutMs: number): Promise<AnswerOf<'Facts'>>;
}

const CALL_TIMEOUT_MS = 10_000;

/** What the server says of a message that will never be right. */
const isHopeless = (code: string) => code === 'payloadInvalid' || code === 'tooLarge';

/**
 * Brings a batch of the outbox to the server, in order. A batch that the server can't read is sent one
 * by one, so that one bad fact holds nothing else up: it is refused, and the outbox puts it aside.
 *
 * @throws CallError when the link is gone: everything stays.
 */
export async function deliverFacts(
  batch: readonly OutboxItem[],
  link: FactCalls,
): Promise<Delivery[]> {
  const boxes = batch.flatMap((item) => (item.class === 'fact' ? [item.box] : []));
  const results = await send(boxes, link);
  return batch.map((item) =>
    item.class === 'fact'
      ? (results.shift() as Delivery)
      : // Measurements have no call of their own yet: they are put aside, not lost in silence.
        { outcome: 'refused', code: 'telemetryUnsupported' },
  );
}

async function send(boxes: RequestOf<'Facts'>['boxes'], link: FactCalls): Promise<Delivery[]> {
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
    deliveries.push(...(await send([box], link)));
  }
  return deliveries;
}
