import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { codiceFiscaleWords } from '../../../shared/codice-fiscale/codice-fiscale-words.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import { fromCard } from '../../../shared/codice-fiscale/tessera-sanitaria.ts';
import { VarcoError } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/language.ts';
import { actorOf } from '../../fleet/access/actor.ts';
import { visibleSites } from '../../fleet/access/permissions.ts';
import type { Sites } from '../../fleet/places/sites.ts';
import { CODE_LIFE_MS } from '../../guessing/one-time-code.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { csrfOf, requireStaff, staffOf, validUntilOf } from '../../login/request-session.ts';
import type { FirstLevel } from '../../verification/first-level.ts';
import { purposeNames } from '../../verification/purposes.ts';
import type { SecondLevel, SecondLevelAnswer } from '../../verification/second-level.ts';
import { accountOf } from '../login/account.ts';
import type { Page, Pages } from '../page-renderer.tsx';
import { languageOf } from '../request-language.ts';
import { type DeskCase, openCase, sealCase } from './desk-case.ts';
import { CODE_TEXT_MAX, readDeskCode } from './desk-code.ts';
import {
  DETAIL_S,
  DeskNotice,
  type DeskSite,
  DetailPage,
  FirstLevelPage,
  OneTimeCodeForm,
  ScanForm,
  type ScanFormProps,
  SecondLevelForm,
} from './desk-pages.tsx';
import { deskWords } from './desk-words.ts';

const REFRESH_GRACE_S = 5;

export interface DeskDeps {
  pages: Pages;
  firstLevel: FirstLevel;
  secondLevel: SecondLevel;
  sites: Pick<Sites, 'list'>;
  keyring: Keyring;
  host: string;
  alsoHosts: readonly string[];
  now: () => number;
}

/** Forms as they come: what is amiss in them is asked for again. */
const checkSchema = z.object({
  code: z.string().max(CODE_TEXT_MAX).catch(''),
  codiceFiscale: z.string().max(64).catch(''),
  site: z.string().max(64).catch(''),
  request: z.uuid().catch(() => randomUUID()),
});
const caseSchema = z.object({ case: z.string().max(2048).catch('') });
const secondSchema = caseSchema.extend({
  purpose: z.enum(purposeNames).optional().catch(undefined),
  form: z.enum(['code', 'mail']).catch('code'),
});
const revealSchema = caseSchema.extend({
  purpose: z.enum(purposeNames).optional().catch(undefined),
  oneTimeCode: z.string().max(16).catch(''),
});

/** One request of an operator, with what every step needs. */
interface Visit {
  deps: DeskDeps;
  request: FastifyRequest;
  reply: FastifyReply;
  language: Language;
}

/**
 * The operators' desk: first level for whoever may check; second level for operators alone, each with the
 * citizen's one-time code or to the citizen's own address. Every step is in the audit.
 */
export function registerDesk(http: FastifyInstance, deps: DeskDeps): void {
  const preHandler = [requireStaff, requireDesk];
  const visit = (request: FastifyRequest, reply: FastifyReply): Visit => ({
    deps,
    request,
    reply,
    language: languageOf(request),
  });
  http.get('/operator', { preHandler }, (request, reply) =>
    showScan(visit(request, reply), { given: {}, errors: {} }),
  );
  http.post('/operator/check', { preHandler }, (request, reply) => check(visit(request, reply)));
  http.post('/operator/second-level', { preHandler }, (request, reply) =>
    askSecondLevel(visit(request, reply)),
  );
  http.post('/operator/reveal', { preHandler }, (request, reply) => reveal(visit(request, reply)));
  // A page that was loaded again, or came back to after a login: begin anew.
  for (const step of ['check', 'second-level', 'reveal']) {
    http.get(`/operator/${step}`, (_request, reply) => reply.redirect('/operator', 303));
  }
}

async function requireDesk(request: FastifyRequest): Promise<void> {
  if (visibleSites(staffOf(request), 'desk.check') === undefined) {
    throw new VarcoError('roleMissing', 'This role may not check anybody');
  }
}

function send({ deps, request, reply, language }: Visit, page: Partial<Page> & { body: VNode }) {
  const { title } = deskWords[language];
  return deps.pages.send(request, reply, { title, account: accountOf(request), ...page });
}

/** The sites that this operator may be at; an account of all sites with none known has one desk. */
async function sitesOf({ deps, request }: Visit): Promise<DeskSite[]> {
  const session = staffOf(request);
  const actor = actorOf(session);
  const known = actor ? await deps.sites.list(actor) : [];
  const may = visibleSites(session, 'desk.check');
  const ids = may === 'all' ? known.map(({ id }) => id) : (may ?? []);
  const titles = new Map(known.map(({ id, title }) => [id, title]));
  const sites = ids.map((id) => ({ id, title: titles.get(id) ?? id }));
  return sites.length > 0 ? sites : [{ id: 'desk', title: 'desk' }];
}

async function showScan(
  visit: Visit,
  given: Pick<ScanFormProps, 'given' | 'errors'> & { requestId?: string },
): Promise<FastifyReply> {
  const { requestId = randomUUID(), errors } = given;
  const sites = await sitesOf(visit);
  const csrf = csrfOf(visit.request);
  return send(visit, {
    status: Object.keys(errors).length > 0 ? 422 : 200,
    islands: ['camera-scan'],
    needs: { camera: true },
    body: <ScanForm language={visit.language} {...{ csrf, sites, requestId }} {...given} />,
  });
}

async function check(visit: Visit): Promise<FastifyReply> {
  const { deps, request, language } = visit;
  const words = deskWords[language];
  const form = checkSchema.parse(request.body ?? {});
  const { keyring, host, alsoHosts } = deps;
  const verify = keyring.verifyCredential.bind(keyring);
  const code = readDeskCode(form.code, { host, alsoHosts, verify });
  const who = readCodiceFiscale(form.codiceFiscale, language);
  const site = (await sitesOf(visit)).find(({ id }) => id === form.site);
  const errors: ScanFormProps['errors'] = {
    ...(code ? {} : { code: words.codeProblem }),
    ...('problem' in who ? { codiceFiscale: who.problem ?? words.codiceFiscaleMissing } : {}),
    ...(site ? {} : { site: words.siteProblem }),
  };
  if (!code || !site || 'problem' in who) {
    // A scanner's Enter sends the form when the code alone is there: that is no mistake yet.
    const isHalf = code && form.codiceFiscale === '' && site;
    return showScan(visit, { given: form, errors: isHalf ? {} : errors, requestId: form.request });
  }
  const session = staffOf(request);
  const result = await deps.firstLevel.ask({
    asker: { id: `operator:${session.accountId}`, site: site.id },
    requestId: form.request,
    credentialId: code.id,
    codiceFiscale: who.code,
  });
  const { outcome } = result.answer;
  const one: DeskCase = {
    session: session.id,
    credentialId: code.id,
    codiceFiscale: who.code,
    site: site.id,
  };
  if (result.answer.outcome === 'throttled') {
    visit.reply.header('retry-after', Math.ceil(result.answer.retryAfterMs / 1000));
  }
  const box = outcome === 'status' ? sealCase(keyring, one, deps.now()) : undefined;
  const isOperator = session.role === 'operator';
  return send(visit, {
    status: outcome === 'throttled' ? 429 : 200,
    body: (
      <FirstLevelPage {...{ language, result, isOperator }} csrf={csrfOf(request)} case={box} />
    ),
  });
}

function readCodiceFiscale(
  text: string,
  language: Language,
): { code: string } | { problem: string | undefined } {
  const scanned = fromCard(text);
  if (scanned !== undefined) {
    return { code: scanned };
  }
  const parsed = parse(text);
  const good = parsed.ok ? parsed : parsed.doubtful;
  if (good) {
    return { code: good.code };
  }
  const [problem] = parsed.ok ? [] : parsed.problems;
  return {
    problem:
      text.trim() === '' || !problem
        ? undefined
        : problemMessage(problem, codiceFiscaleWords[language]),
  };
}

/** The case of a form, for an operator alone. */
function caseOf(visit: Visit, text: string): DeskCase | undefined {
  const { id, role } = staffOf(visit.request);
  if (role !== 'operator') {
    throw new VarcoError('roleMissing', 'Only an operator may see a second level');
  }
  return openCase(visit.deps.keyring, text, id, visit.deps.now());
}

function operatorOf({ request }: Visit, { site }: DeskCase) {
  const { accountId: operatorId } = staffOf(request);
  return { operatorId, site, validUntil: validUntilOf(request) };
}

async function askSecondLevel(visit: Visit): Promise<FastifyReply> {
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

async function reveal(visit: Visit): Promise<FastifyReply> {
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
