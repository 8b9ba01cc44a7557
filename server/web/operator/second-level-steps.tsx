import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CODE_LIFE_MS } from '../../guessing/one-time-code.ts';
import { csrfOf, staffOf, validUntilOf } from '../../login/request-session.ts';
import { purposeNames } from '../../verification/purposes.ts';
import type { SecondLevelAnswer } from '../../verification/second-level.ts';
import { type DeskCase, openCase } from './desk-case.ts';
import { DeskNotice } from './desk-pages.tsx';
import { send, type Visit } from './desk-visit.ts';
import { deskWords } from './desk-words.ts';
import { DETAIL_S, DetailPage, OneTimeCodeForm, SecondLevelForm } from './second-level-pages.tsx';

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
  const { credentialId, codiceFiscale } = one;
  const about = { credentialId, codiceFiscale, purpose };
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
      : refuse(visit, answer);
  }
  const answer = await deps.secondLevel.requestCode(operator, about);
  return answer.outcome === 'sent'
    ? showCodeForm(visit, box, purpose, answer.expiresInMs ?? CODE_LIFE_MS, false)
    : refuse(visit, answer);
}

function showCodeForm(
  visit: Visit,
  box: string,
  purpose: string,
  expiresInMs: number,
  isWrong: boolean,
): FastifyReply {
  const { language, request } = visit;
  const minutes = Math.ceil(expiresInMs / 60_000);
  return send(visit, {
    title: deskWords[language].second.codeTitle,
    status: isWrong ? 422 : 200,
    body: (
      <OneTimeCodeForm
        {...{ language, purpose, minutes, isWrong }}
        csrf={csrfOf(request)}
        case={box}
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
    return showCodeForm(visit, box, purpose, CODE_LIFE_MS, true);
  }
  if (answer.outcome !== 'shown') {
    return refuse(visit, answer);
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

function refuse(visit: Visit, answer: SecondLevelAnswer): FastifyReply {
  const words = deskWords[visit.language];
  switch (answer.outcome) {
    case 'throttled':
      visit.reply.header('retry-after', Math.ceil(answer.retryAfterMs / 1000));
      return notice(visit, 429, words.throttled(Math.ceil(answer.retryAfterMs / 60_000)));
    case 'refused':
      return answer.reason === 'notRecognised'
        ? notice(visit, 403, words.notRecognised)
        : notice(visit, 403, words.second.codeSpent);
    default:
      return notice(visit, 503, words.unavailable);
  }
}

function notice(visit: Visit, status: number, text: string): FastifyReply {
  const { language } = visit;
  const { title } = deskWords[language].second;
  const body = <DeskNotice language={language} kind="warn" title={title} text={text} />;
  return send(visit, { status, body });
}
