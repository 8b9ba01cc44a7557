import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCode } from '../../../shared/errors.ts';
import type { IssuedCard } from '../../credential/card-state.ts';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { PHOTO_BYTES_MAX } from '../../credential/photo.ts';
import { checkCsrf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { readingMultipart } from '../multipart-form.ts';
import { queryOf } from '../request-fields.ts';
import { CardPage, type CardProblem, isCardProblem, RevokeSure } from './card-page.tsx';
import type { PortalDeps } from './deps.ts';
import { notFound, type PersonVisit, type Visits } from './visit.tsx';

/** A larger body is refused by its length; between a photo's limit and this it is read and let go of. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** *My Disability Card*: asked for with a photo, shown, printed, cancelled. */
export function registerCard(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.register(multipart, {
    limits: { fileSize: PHOTO_BYTES_MAX, files: 1, fields: 4, fieldSize: 256, parts: 6 },
    // Read to its end, so that the browser receives the answer.
    throwFileSizeLimit: false,
  });
  const { cards } = deps;
  const show = async (visit: PersonVisit, problem?: CardProblem): Promise<FastifyReply> => {
    const state = await cards.stateFor(visit.person.id);
    const done = queryOf(visit.request, 'done');
    return visits.send(visit, 'card', {
      title: visit.words.card.title,
      body: <CardPage visit={visit} state={state} problem={problem} done={done} />,
      status: problem ? 422 : 200,
    });
  };
  http.get(
    '/portal/card',
    access('citizen'),
    visits.person((visit) => show(visit)),
  );
  http.post(
    '/portal/card',
    { bodyLimit: BODY_BYTES_MAX, config: { access: 'citizen', csrf: 'inBody' } },
    visits.person(async (visit) => {
      const { request, reply, person, actor, words } = visit;
      const form = await readingMultipart(request, () => readForm(request));
      if (!(person.hasMobile && person.hasEmail)) {
        return reply.redirect('/portal/contacts?next=/portal/card', 303);
      }
      if (form.privacy !== PRIVACY_VERSION) {
        return reply.redirect('/portal/card', 303);
      }
      try {
        await deps.registry.acceptPrivacy(person.id, PRIVACY_VERSION, { actor });
        await cards.request(person.id, form.photo, { actor });
      } catch (error) {
        const code = errorCode(error);
        // A double click: the card is there.
        if (code === 'cardRequested') {
          return reply.redirect('/portal/card?done=made', 303);
        }
        if (isCardProblem(code, words)) {
          return show(visit, code);
        }
        if (code === 'cardNotDue' || code === 'statusMissing') {
          return show(visit);
        }
        throw error;
      }
      return reply.redirect('/portal/card?done=made', 303);
    }),
  );
  registerIssued(http, visits, deps);
}

/** The photo and the notice that was shown; the session's token comes first, or nothing is read. */
async function readForm(request: FastifyRequest): Promise<{ photo: Buffer; privacy: unknown }> {
  const form: { photo: Buffer; privacy: unknown } = { photo: Buffer.alloc(0), privacy: '' };
  let checked = false;
  for await (const part of request.parts()) {
    if (part.type === 'field' && part.fieldname === 'csrf') {
      checkCsrf(request, part.value);
      checked = true;
    } else if (!checked) {
      break;
    } else if (part.type === 'field' && part.fieldname === 'privacy') {
      form.privacy = part.value;
    } else if (part.type === 'file') {
      const bytes = await part.toBuffer();
      // One byte over the limit is enough for the photo check to refuse it by its size.
      form.photo = part.file.truncated ? Buffer.alloc(PHOTO_BYTES_MAX + 1) : bytes;
    }
  }
  if (!checked) {
    checkCsrf(request, undefined);
  }
  return form;
}

function registerIssued(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  const { cards, credentials } = deps;
  const issuedOf = async (visit: PersonVisit): Promise<IssuedCard> => {
    const state = await cards.stateFor(visit.person.id);
    if (state.name !== 'issued') {
      throw notFound();
    }
    return state;
  };
  http.get(
    '/portal/card/photo',
    access('citizen'),
    visits.person(async (visit) => {
      const photo = await cards.photo(visit.person.id);
      if (!photo) {
        throw notFound();
      }
      return visit.reply.type('image/jpeg').header('cache-control', 'no-store').send(photo);
    }),
  );
  http.get(
    '/portal/card/pdf',
    access('citizen'),
    visits.person(async (visit) => {
      const card = await issuedOf(visit);
      const pdf = await cards.pdf(visit.person.id, visit.language);
      await credentials.recordUse(card.credentialId, 'printed', { actor: visit.actor });
      return visit.reply
        .type('application/pdf')
        .headers({
          'cache-control': 'no-store',
          'content-disposition': 'inline; filename="disability-card.pdf"',
        })
        .send(pdf);
    }),
  );
  http.get(
    '/portal/card/revoke',
    access('citizen'),
    visits.person(async (visit) => {
      await issuedOf(visit);
      const { card } = visit.words;
      const body = <RevokeSure visit={visit} />;
      return visits.send(visit, 'card', { title: card.revoke, body });
    }),
  );
  http.post(
    '/portal/card/revoke',
    access('citizen'),
    visits.person(async (visit) => {
      const { actor } = visit;
      const state = await cards.stateFor(visit.person.id);
      if (state.name === 'issued' || state.name === 'locked') {
        await credentials.revoke(state.credentialId, { actor, reason: 'portal: card' });
      }
      return visit.reply.redirect('/portal/card?done=revoked', 303);
    }),
  );
  http.post(
    '/portal/card/withdraw',
    access('citizen'),
    visits.person(async (visit) => {
      const state = await cards.stateFor(visit.person.id);
      if (state.name === 'requested') {
        await cards.withdraw(visit.person.id, { actor: visit.actor });
      }
      return visit.reply.redirect('/portal/card', 303);
    }),
  );
}
