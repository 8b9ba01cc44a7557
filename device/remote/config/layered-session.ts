import { type ConfigProblem, remoteConfigSchema } from '../../../shared/protocol/remote-config.ts';
import {
  LIST_ANSWER_MS,
  type OfflineConfig,
  type SessionConfig,
  sessionConfigSchema,
} from '../../config.ts';

/** A session with what the server steers of it and of what is around it. */
export interface LayeredSession extends SessionConfig {
  volume?: number | undefined;
  outOfServiceMessage?: string | undefined;
  statusEveryMs?: number | undefined;
}

export type Steered =
  | { ok: true; session: LayeredSession }
  | { ok: false; problems: ConfigProblem[] };

/**
 * The kiosk's own session with a server's config laid over it, checked as a whole. A time that neither
 * gives is that of the kind of gate which results. Pure.
 */
export function layeredSession(
  own: SessionConfig,
  body: unknown,
  offline: OfflineConfig | undefined,
): Steered {
  const given = remoteConfigSchema.safeParse(body);
  if (!given.success) {
    return { ok: false, problems: problemsOf(given.error.issues) };
  }
  const { volume, outOfServiceMessage, statusEveryMs, ...steered } = given.data;
  const { paced, ...session } = own;
  const kept = Object.entries(session).filter(([name]) => !paced.includes(name as Paced));
  const parsed = sessionConfigSchema.safeParse({ ...Object.fromEntries(kept), ...steered });
  if (!parsed.success) {
    return { ok: false, problems: problemsOf(parsed.error.issues) };
  }
  if (offline && offline.budgetMs + LIST_ANSWER_MS > parsed.data.answerMs) {
    const message = `must be at least ${offline.budgetMs + LIST_ANSWER_MS} beside this kiosk's list`;
    return { ok: false, problems: [{ path: 'answerMs', message }] };
  }
  return { ok: true, session: { ...parsed.data, volume, outOfServiceMessage, statusEveryMs } };
}

type Paced = SessionConfig['paced'][number];

function problemsOf(
  issues: readonly { path: readonly PropertyKey[]; message: string; keys?: readonly string[] }[],
): ConfigProblem[] {
  return issues.slice(0, 16).map(({ path, message, keys }) => ({
    path: (keys?.join(', ') ?? path.join('.')).slice(0, 128),
    message: message.slice(0, 256),
  }));
}
