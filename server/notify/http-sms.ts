import type { HttpSmsConfig } from './notify-config.ts';
import type { OutgoingSms, SendOutcome, SmsTransport } from './transport.ts';

const TIMEOUT_MS = 15_000;

/** SMS by a gateway that takes JSON by POST, with a bearer token. */
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
    const body = {
      [fields.to]: to,
      [fields.text]: text,
      ...(fields.from && from ? { [fields.from]: from } : {}),
      ...(fields.id ? { [fields.id]: id } : {}),
    };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.#token}`,
          // The same for every copy of the same message.
          'idempotency-key': id,
        },
        body: JSON.stringify(body),
        // A redirect would carry the token and the number elsewhere.
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

/** Exported for its table. */
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
    const known = retryAfter !== null && Number.isFinite(seconds) && seconds >= 0;
    return { outcome: 'later', code, ...(known ? { retryAfterMs: seconds * 1000 } : {}) };
  }
  return { outcome: 'refused', code };
}

const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

function failureOf(error: unknown): SendOutcome {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  const code = cause?.code ?? (name === 'TimeoutError' ? 'httpTimeout' : 'httpFailed');
  const isGone = NEVER_CONNECTED.has(code) || code.includes('CERT');
  return { outcome: isGone ? 'unreachable' : 'later', code };
}
