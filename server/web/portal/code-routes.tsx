import type { FastifyInstance, FastifyReply } from 'fastify';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import { credentialPdf } from '../../credential/credential-pdf.ts';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { codesOf, inForce, type NumberedCode } from '../../portal/codes.ts';
import { access } from '../../route-access.ts';
import { fieldOf, queryOf } from '../request-fields.ts';
import type { PortalDeps } from './deps.ts';
import { Home } from './home.tsx';
import { RequestAbout, RequestData, RequestPrivacy, RequestRefused } from './request-pages.tsx';
import { type Done, RequestDetail, Requests, Sure } from './requests-pages.tsx';
import { notFound, numberOf, type PersonVisit, type Visits } from './visit.tsx';

const doneWords: readonly Done[] = [
  'made',
  'mailed',
  'throttled',
  'unavailable',
  'renew',
  'revoke',
  'unlock',
];
/** A second *Invio mail* within this time is the same one: a double click, a page loaded again. */
const MAIL_ONCE_MS = 60_000;

/** The code: the way in, *Nuova richiesta*, *Consultazione*, *Dettaglio dati Richiesta*. */
export function registerCodes(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { credentials } = deps;

  http.get(
    '/portal',
    access('citizen'),
    visits.person(async (visit) => {
      const code = inForce(await codesOf(credentials, visit.person.id), 'status');
      const title = visit.words.home.title;
      return visits.send(visit, 'home', { title, body: <Home visit={visit} code={code} /> });
    }),
  );
  http.get(
    '/portal/request',
    access('citizen'),
    visits.person((visit) =>
      visits.send(visit, 'home', {
        title: visit.words.request.title,
        body: <RequestAbout visit={visit} />,
      }),
    ),
  );
  registerRequest(http, visits, deps);
  http.get(
    '/portal/requests',
    access('citizen'),
    visits.person(async (visit) => {
      const codes = await codesOf(credentials, visit.person.id);
      const body = <Requests visit={visit} codes={codes} now={deps.now()} />;
      return visits.send(visit, 'home', { title: visit.words.requests.title, body });
    }),
  );
  http.get(
    '/portal/requests/:number',
    access('citizen'),
    visits.person(async (visit) => {
      const code = await codeOf(deps, visit);
      const history = await credentials.history(code.id);
      const word = queryOf(visit.request, 'done');
      const done = doneWords.find((one) => one === word);
      const props = { visit, code, history, done, now: deps.now() };
      const title = visit.words.detail.title;
      return visits.send(visit, 'home', { title, body: <RequestDetail {...props} /> });
    }),
  );
  registerPrint(http, visits, deps);
  registerChanges(http, visits, deps);
}

function registerRequest(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { credentials, registry } = deps;
  /** Who has a code already is led to it; who lacks a contact is asked for it, and comes back. */
  const step = (
    show: (visit: PersonVisit) => preact.VNode,
    title: (visit: PersonVisit) => string,
  ) =>
    visits.person(async (visit) => {
      const code = inForce(await codesOf(credentials, visit.person.id), 'status');
      if (code) {
        return visit.reply.redirect(`/portal/requests/${code.number}`, 303);
      }
      return (
        askContacts(visit) ?? visits.send(visit, 'home', { title: title(visit), body: show(visit) })
      );
    });
  http.get(
    '/portal/request/data',
    access('citizen'),
    step(
      (visit) => <RequestData visit={visit} />,
      ({ words }) => words.request.data,
    ),
  );
  http.get(
    '/portal/request/privacy',
    access('citizen'),
    step(
      (visit) => <RequestPrivacy visit={visit} />,
      ({ words }) => words.request.privacy,
    ),
  );
  http.post(
    '/portal/request',
    access('citizen'),
    visits.person(async (visit) => {
      const { person, identity, actor } = visit;
      const privacy = fieldOf(visit.request, 'privacy');
      // A notice that is no longer in force was shown: it is shown again.
      if (privacy !== PRIVACY_VERSION) {
        return visit.reply.redirect('/portal/request/privacy', 303);
      }
      const asked = askContacts(visit);
      if (asked) {
        return asked;
      }
      try {
        await registry.acceptPrivacy(person.id, PRIVACY_VERSION, { actor });
        await credentials.issue(identity.codiceFiscale, { actor });
      } catch (error) {
        const reason = errorCode(error);
        const code = inForce(await codesOf(credentials, person.id), 'status');
        // A double click, or another device a moment earlier: there is one code, and this is it.
        if (code) {
          return visit.reply.redirect(`/portal/requests/${code.number}?done=made`, 303);
        }
        if (reason !== 'statusMissing') {
          throw error;
        }
        const body = <RequestRefused visit={visit} reason={reason} />;
        const { title } = visit.words.request;
        return visits.send(visit, 'home', { title, body, status: 409 });
      }
      const made = inForce(await codesOf(credentials, person.id), 'status');
      if (made) {
        await mailPdf(deps, visit, made);
      }
      return visit.reply.redirect(`/portal/requests/${made?.number ?? 1}?done=made`, 303);
    }),
  );
}

/** Leads to *Contatti e consensi* and back, where a contact is missing. */
function askContacts({ person, reply, request }: PersonVisit): FastifyReply | undefined {
  if (person.hasMobile && person.hasEmail) {
    return undefined;
  }
  const here = request.method === 'GET' ? request.routeOptions.url : '/portal/request/data';
  return reply.redirect(`/portal/contacts?next=${here}`, 303);
}

/** The code that a path names; only the person's own ones have a number there. */
async function codeOf(
  { credentials }: PortalDeps,
  { request, person }: PersonVisit,
): Promise<NumberedCode> {
  const number = numberOf(request);
  const codes = await codesOf(credentials, person.id);
  const code = codes.find((one) => one.number === number);
  if (!code) {
    throw notFound();
  }
  return code;
}

function registerPrint(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.get(
    '/portal/requests/:number/pdf',
    access('citizen'),
    visits.person(async (visit) => {
      const code = await codeOf(deps, visit);
      const pdf = await pdfOf(deps, visit, code, { named: true });
      await deps.credentials.recordUse(code.id, 'printed', { actor: visit.actor });
      const how = queryOf(visit.request, 'download') ? 'attachment' : 'inline';
      return visit.reply
        .type('application/pdf')
        .headers({
          'cache-control': 'no-store',
          'content-disposition': `${how}; filename="codice-qr.pdf"`,
        })
        .send(pdf);
    }),
  );
  http.post(
    '/portal/requests/:number/mail',
    access('citizen'),
    visits.person(async (visit) => {
      const code = await codeOf(deps, visit);
      const asked = askContacts(visit);
      if (asked) {
        return asked;
      }
      const done = await mailPdf(deps, visit, code);
      return visit.reply.redirect(`/portal/requests/${code.number}?done=${done}`, 303);
    }),
  );
}

/** A live code's sheet. @throws VarcoError `notFound`: nothing is printed of a code that is over. */
async function pdfOf(
  deps: PortalDeps,
  visit: PersonVisit,
  code: NumberedCode,
  options: { named: boolean },
): Promise<Buffer> {
  if (code.kind !== 'status' || code.state !== 'live') {
    throw notFound();
  }
  return credentialPdf({
    text: await deps.credentials.text(code.id),
    language: visit.language,
    issuedAt: code.issuedAt,
    portalUrl: `${deps.origin}/portal`,
    name: options.named ? visit.identity.name : undefined,
    now: deps.now(),
  });
}

/** *Invio mail*: the sheet to the person's own address, as an attachment that names nobody. */
async function mailPdf(
  deps: PortalDeps,
  visit: PersonVisit,
  code: NumberedCode,
): Promise<'mailed' | 'throttled' | 'unavailable'> {
  const content = await pdfOf(deps, visit, code, { named: false });
  const minute = Math.floor(deps.now() / MAIL_ONCE_MS);
  const queued = await deps.store.transaction((tx) =>
    deps.notify.queue(tx, {
      key: `pdf:${visit.person.id}:${code.number}:${minute}`,
      to: { kind: 'email', personId: visit.person.id },
      template: 'credentialPdf',
      language: visit.language,
      data: {},
      attachments: [{ filename: 'codice-qr.pdf', contentType: 'application/pdf', content }],
    }),
  );
  if (queued.outcome === 'queued') {
    await deps.credentials.recordUse(code.id, 'mailed', { actor: visit.actor });
  }
  return queued.outcome === 'throttled' || queued.outcome === 'unavailable'
    ? queued.outcome
    : 'mailed';
}

/** Renewing, revoking and unlocking: asked twice, done once. */
function registerChanges(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { credentials } = deps;
  for (const act of ['renew', 'revoke', 'unlock'] as const) {
    const path = `/portal/requests/:number/${act}`;
    http.get(
      path,
      access('citizen'),
      visits.person(async (visit) => {
        const code = await codeOf(deps, visit);
        const body = <Sure visit={visit} code={code} act={act} />;
        return visits.send(visit, 'home', { title: visit.words.detail.sure[act], body });
      }),
    );
    http.post(
      path,
      access('citizen'),
      visits.person(async (visit) => {
        const { actor, person } = visit;
        const code = await codeOf(deps, visit);
        const reason = `portal: ${act}`;
        try {
          if (act === 'renew') {
            await credentials.reissue(code.id, { actor, reason });
          } else if (act === 'revoke') {
            await credentials.revoke(code.id, { actor, reason });
          } else {
            await credentials.unlock(code.id, { actor });
          }
        } catch (error) {
          // It was done before: a double click. What there is now is shown.
          if (!(error instanceof VarcoError) || error.code !== 'credentialUnknown') {
            throw error;
          }
        }
        const after = inForce(await codesOf(credentials, person.id), 'status') ?? code;
        return visit.reply.redirect(`/portal/requests/${after.number}?done=${act}`, 303);
      }),
    );
  }
}
