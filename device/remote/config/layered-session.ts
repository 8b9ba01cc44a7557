import { type ConfigProblem, remoteConfigSchema } from '../../../shared/protocol/remote-config.ts';
import {
  LIST_ANSWER_MS,
  type OfflineConfig,
  type SessionConfig,
  sessionConfigSchema,
} from '../../config.ts';

/** A session with the server's settings for it and for what is around it. */
export interface LayeredSession extends SessionConfig {
  volume?: number | undefined;
  outOfServiceMessage?: string | undefined;
  statusEveryMs?: number | undefined;
}

export type Layered =
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
): Layered {
  const input = remoteConfigSchema.safeParse(body);
  if (!input.success) {
    return { ok: false, problems: problemsOf(input.error.issues) };
  }
  const { volume, outOfServiceMessage, statusEveryMs, ...remote } = input.data;
  const { paced, ...session } = own;
  const ofMode = new Set<string>(paced);
  const kept = Object.entries(session).filter(([name]) => !ofMode.has(name));
  const parsed = sessionConfigSchema.safeParse({ ...Object.fromEntries(kept), ...remote });
  if (!parsed.success) {
    return { ok: false, problems: problemsOf(parsed.error.issues) };
  }
  if (offline && offline.budgetMs + LIST_ANSWER_MS > parsed.data.answerMs) {
    const message = `must be at least ${offline.budgetMs + LIST_ANSWER_MS} beside this kiosk's list`;
    return { ok: false, problems: [{ path: 'answerMs', message }] };
  }
  return { ok: true, session: { ...parsed.data, volume, outOfServiceMessage, statusEveryMs } };
}

function problemsOf(
  issues: readonly { path: readonly PropertyKey[]; message: string; keys?: readonly string[] }[],
): ConfigProblem[] {
  return issues.slice(0, 16).map(({ path, message, keys }) => ({
    path: (keys?.join(', ') ?? path.join('.')).slice(0, 128),
    message: message.slice(0, 256),
  }));
}
