import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store, Tx } from '../../store/store.ts';

/** Encrypted, or plain to this machine only. */
function isSafe(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url?.hostname ?? '');
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
}

export const webhookSchema = z.strictObject({
  /** Its own; deliveries that wait name it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  url: z.string().max(500).refine(isSafe, 'must be https://, or http:// to this machine itself'),
  /**
   * A file with what deliveries are signed with: at least 24 random bytes in base64, as `whsec_…` or
   * plain.
   */
  secretFile: z.string().min(1),
});

/** A hook with its secret. */
export interface Webhook {
  name: string;
  url: string;
  secret: string;
}

const SECRET = /^(whsec_)?[A-Za-z0-9+/_-]{32,172}={0,2}$/;

/** Reads the secret of a hook. @throws VarcoError `webhookSecretUnusable`. */
export async function readWebhook({
  secretFile,
  ...hook
}: z.infer<typeof webhookSchema>): Promise<Webhook> {
  let secret: string;
  try {
    secret = (await readFile(secretFile, 'utf8')).trim();
  } catch (cause) {
    const message = `The secret of the webhook ${hook.name} can't be read (${errorCode(cause)})`;
    throw new VarcoError('webhookSecretUnusable', message, { cause });
  }
  if (!SECRET.test(secret)) {
    const message = `The secret of the webhook ${hook.name} is not 24 bytes or more in base64`;
    throw new VarcoError('webhookSecretUnusable', message);
  }
  return { ...hook, secret };
}

const TIMEOUT_MS = 10_000;
export const ATTEMPTS_MAX = 8;
const FIRST_WAIT_MS = 5_000;
const AT_ONCE_MAX = 16;
const WAITING_MAX = 1_000;
/** Settled deliveries go after this. */
const KEPT_MS = 7 * 86_400_000;

/**
 * The headers of a delivery, as Standard Webhooks has them (specification 1.0.0): the signature is over
 * id, time and body, so that none can be changed or sent again later.
 */
export function signedHeaders(
  hook: Pick<Webhook, 'secret'>,
  { id, body, now }: { id: string; body: string; now: number },
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const key = Buffer.from(hook.secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** Delivers what was queued with the alerts at least once, with growing waits between attempts. */
export class Webhooks {
  readonly #store: Store;
  readonly #hooks: readonly Webhook[];
  readonly #log: Log;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #sending = new Set<string>();

  constructor(deps: {
    store: Store;
    hooks: readonly Webhook[];
    log: Log;
    now: () => number;
    random?: () => number;
  }) {
    this.#store = deps.store;
    this.#hooks = deps.hooks;
    this.#log = deps.log;
    this.#now = deps.now;
    this.#random = deps.random ?? Math.random;
  }

  /** Writes a delivery to each hook in the caller's transaction, except to one for which too many wait. */
  async queue(tx: Tx, body: unknown): Promise<void> {
    const rows = await tx
      .selectFrom('webhook_delivery')
      .select(['hook', ({ fn }) => fn.countAll<number>().as('waiting')])
      .where('state', '=', 'waiting')
      .groupBy('hook')
      .execute();
    const waitingFor = new Map(rows.map(({ hook, waiting }) => [hook, Number(waiting)]));
    const now = this.#now();
    for (const { name } of this.#hooks) {
      const waiting = waitingFor.get(name) ?? 0;
      if (waiting >= WAITING_MAX) {
        this.#log.error({ hook: name, waiting }, 'too many deliveries wait; this one is left out');
        continue;
      }
      await tx
        .insertInto('webhook_delivery')
        .values({
          id: randomUUID(),
          hook: name,
          body: JSON.stringify(body),
          created_at: now,
          attempts: 0,
          next_at: now,
          state: 'waiting',
        })
        .execute();
    }
  }

  /** Tries what is due, of each hook apart; only the node with the lease calls it. */
  async send(): Promise<void> {
    const hooks = await this.#store.db
      .selectFrom('webhook_delivery')
      .select('hook')
      .distinct()
      .where('state', '=', 'waiting')
      .where('next_at', '<=', this.#now())
      .execute();
    await Promise.all(hooks.map(({ hook }) => this.#sendDue(hook)));
  }

  /** A hook that does not answer holds up its own deliveries alone. */
  async #sendDue(hook: string): Promise<void> {
    if (this.#sending.has(hook)) {
      return;
    }
    this.#sending.add(hook);
    try {
      const due = await this.#store.db
        .selectFrom('webhook_delivery')
        .select(['id', 'hook', 'body', 'attempts'])
        .where('hook', '=', hook)
        .where('state', '=', 'waiting')
        .where('next_at', '<=', this.#now())
        .orderBy('next_at')
        .limit(AT_ONCE_MAX)
        .execute();
      await Promise.all(due.map((one) => this.#sendOne(one)));
    } finally {
      this.#sending.delete(hook);
    }
  }

  async prune(): Promise<void> {
    await this.#store.db
      .deleteFrom('webhook_delivery')
      .where('state', '!=', 'waiting')
      .where('created_at', '<', this.#now() - KEPT_MS)
      .execute();
  }

  async #sendOne(one: { id: string; hook: string; body: string; attempts: number }): Promise<void> {
    const hook = this.#hooks.find(({ name }) => name === one.hook);
    const problem = hook ? await this.#post(hook, one) : 'unknownHook';
    const attempts = one.attempts + 1;
    const isOver = problem === 'unknownHook' || attempts >= ATTEMPTS_MAX;
    const waitMs = FIRST_WAIT_MS * 4 ** one.attempts * (0.5 + this.#random());
    await this.#store.db
      .updateTable('webhook_delivery')
      .set({
        attempts,
        next_at: this.#now() + Math.round(waitMs),
        state: problem === undefined ? 'delivered' : isOver ? 'failed' : 'waiting',
        problem: problem ?? null,
      })
      .where('id', '=', one.id)
      .execute();
    if (problem !== undefined) {
      this.#log.warn({ hook: one.hook, code: problem, attempts }, 'a webhook was not delivered');
    }
  }

  /** @returns what went wrong, as a code. */
  async #post(hook: Webhook, { id, body }: { id: string; body: string }) {
    try {
      const answer = await fetch(hook.url, {
        method: 'POST',
        body,
        headers: signedHeaders(hook, { id, body, now: this.#now() }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : `status${answer.status}`;
    } catch (error) {
      const cause = error instanceof Error && error.cause ? error.cause : error;
      return errorCode(cause) === 'unknown' ? 'unreachable' : errorCode(cause);
    }
  }
}
