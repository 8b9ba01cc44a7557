import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { codiceFiscaleWords } from '../../../shared/codice-fiscale/codice-fiscale-words.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import { decodeCredential } from '../../../shared/credential/credential.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/language.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import type { FirstLevel, FirstLevelResult } from '../../verification/first-level.ts';
import type { AnswerHook } from '../answer-evenly.ts';
import type { Pages } from '../page-renderer.tsx';
import { paramOf, valueIn } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { CODE_FIELD, CODE_LENGTH_MAX } from './code-field.tsx';
import { openSeen, SEEN_MS, sealSeen } from './live-seen.ts';
import { readerOf } from './reader.ts';
import { type CodeKind, ReadingAnswer, ReadingForm, ReadingProblem } from './reading-page.tsx';
import { readingWords } from './reading-words.ts';

export interface ReadingDeps {
  pages: Pages;
  firstLevel: FirstLevel;
  keyring: Keyring;
  /** The host in the codes that are issued. */
  host: string;
  log: Log;
  now: () => number;
  /** Whatever the answer, it leaves when its time has come. */
  evenly: { onSend: AnswerHook };
}

/** A form as it comes; whatever is amiss in it is an empty code, and is asked for again. */
const formSchema = z.object({
  [CODE_FIELD]: z.string().max(CODE_LENGTH_MAX).catch(''),
  request: z.uuid().catch(() => randomUUID()),
});

/**
 * The page that any phone's camera opens: *Dettaglio lettura QR*. Its address is the code, so it is kept
 * out of referrers, caches and search engines here, and out of every log by the server.
 */
export function registerReading(http: FastifyInstance, deps: ReadingDeps): void {
  // No session stands behind it, whoever is logged in: another site's form may as well lead here.
  const config = { access: 'public', anySite: true, csrf: 'inBody' } as const;
  // Codes are printed in upper case; by hand they are typed as they come.
  for (const path of ['/V/*', '/v/*']) {
    http.get(path, { config }, (request, reply) => showForm(deps, request, reply));
    http.post(path, { config, ...deps.evenly }, (request, reply) => answer(deps, request, reply));
  }
}

interface ReadCode {
  id: string;
  kind: CodeKind;
  /** Of a live code: it was of now when this page was opened. */
  seen?: string;
}

/**
 * The credential in a path, or nothing. Whether a code is still good is the record's to say; a live one
 * must also be of now, when its page is opened: typing may take longer.
 */
function readCode(
  { keyring, host, now }: ReadingDeps,
  request: FastifyRequest,
): ReadCode | 'stale' | undefined {
  const path = paramOf(request, '*');
  const read = (seconds: number) =>
    decodeCredential(`https://${host}/V/${path}`, {
      hosts: [host],
      verify: (keyId, message, signature) => keyring.verifyCredential(keyId, message, signature),
      now: seconds,
    });
  const seconds = Math.floor(now() / 1000);
  const first = read(seconds);
  const decoded = !first.ok && first.problem === 'expired' ? read(0) : first;
  if (decoded.ok) {
    const { id, kind, live } = decoded.credential;
    return live
      ? { id, kind, seen: sealSeen(keyring, { id, kind, path, at: now() }) }
      : { id, kind };
  }
  if (decoded.problem !== 'liveStale') {
    return undefined;
  }
  const seen = openSeen(keyring, valueIn(request.body, 'seen'));
  return seen?.path === path && now() - seen.at < SEEN_MS
    ? { id: seen.id, kind: seen.kind, seen: sealSeen(keyring, seen) }
    : 'stale';
}

function showForm(deps: ReadingDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request);
  const code = readCode(deps, request);
  if (!code || code === 'stale') {
    return sendUnusable(deps, request, reply, language, code ?? 'notOurs');
  }
  return sendForm(deps, request, reply, { language, code, requestId: randomUUID() });
}

async function answer(
  deps: ReadingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const language = languageOf(request);
  const code = readCode(deps, request);
  if (!code || code === 'stale') {
    return sendUnusable(deps, request, reply, language, code ?? 'notOurs');
  }
  const form = formSchema.parse(request.body ?? {});
  const parsed = parse(form[CODE_FIELD]);
  const accepted = parsed.ok ? parsed : parsed.doubtful;
  if (!parsed.ok && !accepted) {
    const [problem] = parsed.problems;
    const error = problem && problemMessage(problem, codiceFiscaleWords[language]);
    return sendForm(deps, request, reply, { language, code, requestId: form.request, error });
  }
  const { asker } = readerOf(deps.keyring, request.ip, deps.now());
  const question = {
    asker,
    requestId: form.request,
    credentialId: code.id,
    codiceFiscale: accepted?.code ?? '',
  };
  let result: FirstLevelResult;
  try {
    result = await deps.firstLevel.ask(question);
  } catch (error) {
    deps.log.error({ code: errorCode(error) }, 'a reading was not answered');
    const body = <ReadingProblem {...readingWords[language].unavailable} />;
    return send(deps, request, reply, language, { body, status: 503 });
  }
  return sendAnswer(deps, request, reply, { language, kind: code.kind, result });
}

function sendAnswer(
  deps: ReadingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { language: Language; kind: CodeKind; result: FirstLevelResult },
): FastifyReply {
  const { language, result } = shown;
  const [path = ''] = request.url.split('?');
  const { answer } = result;
  if (answer.outcome === 'throttled') {
    reply.header('retry-after', Math.ceil(answer.retryAfterMs / 1000));
  }
  const statuses: Partial<Record<typeof answer.outcome, number>> = {
    throttled: 429,
    unavailable: 503,
  };
  return send(deps, request, reply, language, {
    body: <ReadingAnswer {...shown} path={path} />,
    status: statuses[answer.outcome] ?? 200,
  });
}

function sendForm(
  deps: ReadingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { language: Language; code: ReadCode; requestId: string; error?: string | undefined },
): FastifyReply {
  const { code, ...rest } = shown;
  return send(deps, request, reply, shown.language, {
    body: <ReadingForm {...rest} kind={code.kind} seen={code.seen} />,
    status: shown.error ? 422 : 200,
    islands: ['code-field'],
  });
}

function sendUnusable(
  deps: ReadingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  language: Language,
  why: 'notOurs' | 'stale',
): FastifyReply {
  const body = <ReadingProblem {...readingWords[language][why]} />;
  return send(deps, request, reply, language, { body, status: why === 'stale' ? 410 : 404 });
}

function send(
  { pages }: ReadingDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  language: Language,
  page: { body: preact.VNode; status: number; islands?: string[] },
): FastifyReply {
  // The address is the person's code: not even our own pages may get it as a referrer.
  reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex, nofollow');
  return pages.send(request, reply, { title: readingWords[language].title, ...page });
}
