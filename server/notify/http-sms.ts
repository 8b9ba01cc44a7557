import { errorCode } from '../../shared/errors.ts';
import type { HttpSmsConfig } from './notify-config.ts';
import type { OutgoingSms, SendOutcome, SmsTransport } from './transport.ts';

const TIMEOUT_MS = 15_000;

/** SMS through a gateway that accepts JSON by POST with a bearer token. */
export class HttpSmsTransport implements SmsTransport {
  readonly channel = 'sms';
  readonly #config: HttpSmsConfig;
  readonly #token: string;
  readonly #timeoutMs: number;
  readonly #stopped = new AbortController();

  constructor(config: HttpSmsConfig, token: string, timeoutMs = TIMEOUT_MS) {
    this.#config = config;
    this.#token = token;
    this.#timeoutMs = timeoutMs;
  }

  async send({ id, to, text }: OutgoingSms): Promise<SendOutcome> {
    const { url, from, fields } = this.#config;
    const body: Record<string, string> = { [fields.to]: to, [fields.text]: text };
    if (fields.from && from) {
      body[fields.from] = from;
    }
    if (fields.id) {
      body[fields.id] = id;
    }
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.#token}`,
          // Lets the gateway recognise a second copy of the same message.
          'idempotency-key': id,
        },
        body: JSON.stringify(body),
        // A redirect would disclose the token and the number to another host.
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(this.#timeoutMs), this.#stopped.signal]),
      });
      await response.body?.cancel();
      return outcomeOf(response.status, response.headers.get('retry-after'));
    } catch (error) {
      return failureOf(error);
    }
  }

  stop(): Promise<void> {
    this.#stopped.abort();
    return Promise.resolve();
  }
}

/** What an HTTP status means for the message. Exported for its test table. Pure. */
export function outcomeOf(status: number, retryAfter: string | null): SendOutcome {
  const code = `http${status}`;
  if (status >= 200 && status < 300) {
    return { outcome: 'sent' };
  }
  if (status === 401 || status === 403 || status === 404) {
    // The account or the address is wrong, not the message.
    return { outcome: 'unreachable', code };
  }
  if (status === 408 || status === 429 || status >= 500) {
    const seconds = Number(retryAfter);
    const isKnown = retryAfter !== null && Number.isFinite(seconds) && seconds >= 0;
    return { outcome: 'later', code, retryAfterMs: isKnown ? seconds * 1000 : undefined };
  }
  return { outcome: 'refused', code };
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

function failureOf(error: unknown): SendOutcome {
  const cause = error instanceof Error ? errorCode(error.cause) : 'unknown';
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const own = isTimeout ? 'httpTimeout' : 'httpFailed';
  const code = cause === 'unknown' ? own : cause;
  const isGone = NEVER_CONNECTED.has(code) || code.includes('CERT');
  return { outcome: isGone ? 'unreachable' : 'later', code };
}
