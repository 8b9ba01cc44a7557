import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { codiceFiscaleWords } from '../../../shared/codice-fiscale/codice-fiscale-words.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import { fromCard } from '../../../shared/codice-fiscale/tessera-sanitaria.ts';
import type { Language } from '../../../shared/language.ts';
import { may, visibleSites } from '../../fleet/access/permissions.ts';
import { actingOf, csrfOf, staffOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { languageOf } from '../request-language.ts';
import { type DeskCase, sealCase } from './desk-case.ts';
import { CODE_TEXT_MAX, readDeskCode } from './desk-code.ts';
import { type DeskSite, FirstLevelPage, ScanForm, type ScanFormProps } from './desk-pages.tsx';
import { type DeskDeps, send, type Visit } from './desk-visit.ts';
import { deskWords } from './desk-words.ts';
import { askSecondLevel, reveal } from './second-level-steps.tsx';

/** Forms as they come: what is amiss in them is asked for again. */
const checkSchema = z.object({
  code: z.string().max(CODE_TEXT_MAX).catch(''),
  codiceFiscale: z.string().max(64).catch(''),
  site: z.string().max(64).catch(''),
  request: z.uuid().catch(() => randomUUID()),
});
/**
 * The operators' desk: first level for whoever may check; second level for operators alone, each with the
 * citizen's one-time code or to the citizen's own address. Every step is in the audit.
 */
export function registerDesk(http: FastifyInstance, deps: DeskDeps): void {
  const visit = (request: FastifyRequest, reply: FastifyReply): Visit => ({
    deps,
    request,
    reply,
    language: languageOf(request),
  });
  http.get('/operator', access('desk.check'), (request, reply) =>
    showScan(visit(request, reply), { entered: {}, errors: {} }),
  );
  http.post('/operator/check', access('desk.check'), (request, reply) =>
    check(visit(request, reply)),
  );
  http.post('/operator/second-level', access('desk.secondLevel'), (request, reply) =>
    askSecondLevel(visit(request, reply)),
  );
  http.post('/operator/reveal', access('desk.secondLevel'), (request, reply) =>
    reveal(visit(request, reply)),
  );
  // A page that was reloaded, or reopened after a login: start over.
  for (const step of ['check', 'second-level', 'reveal']) {
    http.get(`/operator/${step}`, access('desk.check'), (_request, reply) =>
      reply.redirect('/operator', 303),
    );
  }
}

/** The sites that this operator may be at; an account of all sites with none known has one desk. */
async function sitesOf({ deps, request }: Visit): Promise<DeskSite[]> {
  const session = staffOf(request);
  const known = await deps.sites.list(actingOf(request));
  const own = visibleSites(session, 'desk.check');
  const ids = own === 'all' ? known.map(({ id }) => id) : (own ?? []);
  const titles = new Map(known.map(({ id, title }) => [id, title]));
  const sites = ids.map((id) => ({ id, title: titles.get(id) ?? id }));
  return sites.length > 0 ? sites : [{ id: 'desk', title: 'desk' }];
}

async function showScan(
  visit: Visit,
  form: Pick<ScanFormProps, 'entered' | 'errors'> & { requestId?: string },
): Promise<FastifyReply> {
  const { requestId = randomUUID(), errors } = form;
  const sites = await sitesOf(visit);
  const csrf = csrfOf(visit.request);
  return send(visit, {
    status: Object.keys(errors).length > 0 ? 422 : 200,
    islands: ['camera-scan'],
    needs: { camera: true },
    body: <ScanForm language={visit.language} {...{ csrf, sites, requestId }} {...form} />,
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
    return showScan(visit, {
      entered: form,
      errors: isHalf ? {} : errors,
      requestId: form.request,
    });
  }
  const session = staffOf(request);
  const result = await deps.firstLevel.askAtDesk(actingOf(request), {
    site: site.id,
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
  const isOperator = may(session, 'desk.secondLevel', { site: site.id });
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
