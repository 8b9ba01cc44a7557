import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { csrfOf, staffOf, validUntilOf } from '../../login/request-session.ts';
import { type Purpose, purposeNames } from '../../verification/purposes.ts';
import type { SecondLevelAnswer } from '../../verification/second-level-answer.ts';
import { type DeskCase, openCase } from './desk-case.ts';
import { DeskNotice } from './desk-pages.tsx';
import { send, type Visit } from './desk-visit.ts';
import { deskWords } from './desk-words.ts';
import { DETAIL_S, DetailPage, OneTimeCodeForm, SecondLevelForm } from './second-level-pages.tsx';
import type { DeskWords } from './words/words.ts';

const REFRESH_GRACE_S = 5;

const caseSchema = z.object({ case: z.string().max(2048).catch('') });
const secondSchema = caseSchema.extend({
  purpose: z.enum(purposeNames).optional().catch(undefined),
  form: z.enum(['code', 'mail']).catch('code'),
});
const revealSchema = caseSchema.extend({
  purpose: z.enum(purposeNames).optional().catch(undefined),
  oneTimeCode: z.string().max(16).catch(''),
});

/** The case of a form, if it is of this session. */
function caseOf(visit: Visit, text: string): DeskCase | undefined {
  const { id } = staffOf(visit.request);
  return openCase(visit.deps.keyring, text, id, visit.deps.now());
}

function operatorOf({ request }: Visit, { site }: DeskCase) {
  const { accountId: operatorId, role, sites } = staffOf(request);
  return { operatorId, role, sites, site, validUntil: validUntilOf(request) };
}

/** The purpose is chosen: asks the citizen for a one-time code, or mails the detail to them. */
export async function askSecondLevel(visit: Visit): Promise<FastifyReply> {
  const { deps, request, language } = visit;
  const { second } = deskWords[language];
  const { case: box, purpose, form } = secondSchema.parse(request.body ?? {});
  const one = caseOf(visit, box);
  if (!one) {
    return notice(visit, 400, second.caseOver);
  }
  if (!purpose) {
    const csrf = csrfOf(request);
    const body = (
      <>
        <h1>{deskWords[language].title}</h1>
        <SecondLevelForm {...{ language, csrf }} case={box} purposeMissing />
      </>
    );
    return send(visit, { title: second.title, status: 422, body });
  }
  const { credentialId, codiceFiscale, isLive } = one;
  const about = { credentialId, codiceFiscale, isLive, purpose };
  const operator = operatorOf(visit, one);
  if (form === 'mail') {
    const answer = await deps.secondLevel.mailDetail(operator, about);
    return answer.outcome === 'sent'
      ? send(visit, {
          body: (
            <DeskNotice
              language={language}
              kind="good"
              title={second.mailed}
              text={second.mailedText}
            />
          ),
        })
      : refuse(visit, answer, box);
  }
  const answer = await deps.secondLevel.requestCode(operator, about);
  return answer.outcome === 'codeSent'
    ? showCodeForm(visit, { case: box, purpose, isWrong: false, ...answer })
    : refuse(visit, answer, box);
}

function showCodeForm(
  visit: Visit,
  form: {
    case: string;
    purpose: Purpose;
    isWrong: boolean;
    expiresInMs: number;
    triesLeft: number;
    /** Absent: a code was typed, so that asking for another comes second. */
    resendAfterMs?: number;
  },
): FastifyReply {
  const { language, request } = visit;
  const { isWrong, purpose, triesLeft, expiresInMs, resendAfterMs = 0 } = form;
  const shown = { language, purpose, isWrong, triesLeft };
  return send(visit, {
    title: deskWords[language].second.codeTitle,
    status: isWrong ? 422 : 200,
    body: (
      <OneTimeCodeForm
        {...shown}
        minutes={Math.ceil(expiresInMs / 60_000)}
        resendAfterS={Math.ceil(resendAfterMs / 1000)}
        csrf={csrfOf(request)}
        case={form.case}
      />
    ),
  });
}

/** The citizen's one-time code is typed: shows the detail, once. */
export async function reveal(visit: Visit): Promise<FastifyReply> {
  const { deps, request, language } = visit;
  const { second, detail } = deskWords[language];
  const { case: box, purpose, oneTimeCode } = revealSchema.parse(request.body ?? {});
  const one = caseOf(visit, box);
  if (!one || !purpose) {
    return notice(visit, 400, second.caseOver);
  }
  const code = oneTimeCode.replace(/\s/g, '');
  const { credentialId } = one;
  const operator = operatorOf(visit, one);
  const answer = await deps.secondLevel.reveal(operator, { credentialId, purpose, code });
  if (answer.outcome === 'refused' && answer.reason === 'wrongCode') {
    return showCodeForm(visit, { case: box, purpose, isWrong: true, ...answer });
  }
  if (answer.outcome !== 'shown') {
    return refuse(visit, answer, box);
  }
  // Should the page's script not come, the browser leaves the page by itself all the same.
  visit.reply.header('refresh', `${DETAIL_S + REFRESH_GRACE_S};url=/operator`);
  return send(visit, {
    title: detail.title,
    islands: ['detail-clock'],
    refresh: { afterS: DETAIL_S, url: '/operator' },
    body: <DetailPage language={language} detail={answer.detail} />,
  });
}

/** Why there is no giudizio; where another way or another code is possible, its form stands below. */
function refuse(visit: Visit, answer: SecondLevelAnswer, box: string): FastifyReply {
  const words = deskWords[visit.language];
  const wait = waitText(words, answer);
  if ('retryAfterMs' in answer && wait !== undefined) {
    visit.reply.header('retry-after', Math.ceil(answer.retryAfterMs / 1000));
    const isOver = answer.outcome === 'codesLocked' || answer.outcome === 'throttled';
    return notice(visit, 429, wait, isOver ? undefined : box);
  }
  if (answer.outcome !== 'refused') {
    return notice(visit, 503, words.unavailable, box);
  }
  switch (answer.reason) {
    case 'notRecognised':
      return notice(visit, 403, words.notRecognised);
    case 'codeNotSent':
      return notice(visit, 503, words.second.codeNotSent, box);
    default:
      return notice(visit, 403, words.second.codeSpent, box);
  }
}

/** Why the operator must wait, and for how long; undefined where waiting is not the answer. */
function waitText(words: DeskWords, answer: SecondLevelAnswer): string | undefined {
  const { second, throttled, needsLiveCode } = words;
  const minutes = 'retryAfterMs' in answer ? Math.ceil(answer.retryAfterMs / 60_000) : 0;
  switch (answer.outcome) {
    case 'codesLocked':
      return second.codesLocked(Math.ceil(minutes / 60));
    case 'messageThrottled':
      return second.messageThrottled(minutes);
    case 'tooSoon':
      return second.tooSoon(minutes);
    case 'throttled':
      return answer.needs ? needsLiveCode : throttled(minutes);
    default:
      return undefined;
  }
}

function notice(visit: Visit, status: number, text: string, box?: string): FastifyReply {
  const { language, request } = visit;
  const { title, second } = deskWords[language];
  // The form has the second level's title itself.
  const heading = box === undefined ? second.title : title;
  const body = (
    <DeskNotice language={language} kind="warn" title={heading} text={text}>
      {box !== undefined && (
        <SecondLevelForm language={language} csrf={csrfOf(request)} case={box} />
      )}
    </DeskNotice>
  );
  return send(visit, { status, body });
}
