import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { errorCode } from '../../../shared/errors.ts';
import { isEntitledToCard } from '../../credential/card-entitlement.ts';
import { type CardState, canRequestAgain, type IssuedCard } from '../../credential/card-state.ts';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { PHOTO_BYTES_MAX } from '../../credential/photo.ts';
import { checkCsrf } from '../../login/request-session.ts';
import { ErrorSummary, Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay, formatMoment } from '../moment.ts';
import { PrivacyNotice } from '../statements/privacy-notice.tsx';
import { ActionButton } from './action-button.tsx';
import type { PortalDeps } from './deps.ts';
import { notFound, type PersonVisit, queryOf, type Visits } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

/** A larger body is refused by its length; between a photo's limit and this it is read and let go of. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const PHOTO_FIELD = 'photo';

type Problem = keyof PortalWords['card']['problems'];

/** *My Disability Card*: asked for with a photo, shown, printed, cancelled. */
export function registerCard(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.register(multipart, {
    limits: { fileSize: PHOTO_BYTES_MAX, files: 1, fields: 4, fieldSize: 256, parts: 6 },
    // Read to its end, so that the browser hears the answer.
    throwFileSizeLimit: false,
  });
  const { cards } = deps;
  const show = async (visit: PersonVisit, problem?: Problem): Promise<FastifyReply> => {
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
    visits.person((visit) => show(visit)),
  );
  http.post(
    '/portal/card',
    { bodyLimit: BODY_BYTES_MAX, config: { csrf: 'inBody' } },
    visits.person(async (visit) => {
      const { request, reply, person, actor, words } = visit;
      const given = await readForm(request);
      if (!(person.hasMobile && person.hasEmail)) {
        return reply.redirect('/portal/contacts?next=/portal/card', 303);
      }
      if (given.privacy !== PRIVACY_VERSION) {
        return reply.redirect('/portal/card', 303);
      }
      try {
        await deps.registry.acceptPrivacy(person.id, PRIVACY_VERSION, { actor });
        await cards.request(person.id, given.photo, { actor });
      } catch (error) {
        const code = errorCode(error);
        // A double click: the card is there.
        if (code === 'cardRequested') {
          return reply.redirect('/portal/card?done=made', 303);
        }
        if (code in words.card.problems) {
          return show(visit, code as Problem);
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
  if (request.isMultipart()) {
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
        // One byte over the limit is enough to be told so where photos are looked at.
        form.photo = part.file.truncated ? Buffer.alloc(PHOTO_BYTES_MAX + 1) : bytes;
      }
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
    visits.person(async (visit) => {
      await issuedOf(visit);
      const { card } = visit.words;
      const body = <RevokeSure visit={visit} />;
      return visits.send(visit, 'card', { title: card.revoke, body });
    }),
  );
  http.post(
    '/portal/card/revoke',
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
    visits.person(async (visit) => {
      const state = await cards.stateFor(visit.person.id);
      if (state.name === 'requested') {
        await cards.withdraw(visit.person.id, { actor: visit.actor });
      }
      return visit.reply.redirect('/portal/card', 303);
    }),
  );
}

function CardPage(props: {
  visit: PersonVisit;
  state: CardState;
  problem: Problem | undefined;
  done: string | undefined;
}): VNode {
  const { visit, state, problem, done } = props;
  const { card } = visit.words;
  const text = problem && card.problems[problem];
  return (
    <>
      <h1>{card.title}</h1>
      <ErrorSummary
        title={visit.words.contacts.fix}
        problems={text ? [{ field: PHOTO_FIELD, text }] : []}
      />
      {done === 'made' && state.name === 'issued' && (
        <Notice kind="good">
          <p>{`✓ ${card.made}`}</p>
        </Notice>
      )}
      {state.name === 'revoked' && (
        <Notice kind="plain">
          <p>{card.revoked}</p>
        </Notice>
      )}
      {state.name === 'refused' && (
        <Notice kind="warn">
          <p>{card.refused(state.reason)}</p>
        </Notice>
      )}
      <p class="lead">{card.intro}</p>
      {(state.name === 'issued' || state.name === 'locked') && (
        <Issued visit={visit} card={state} locked={state.name === 'locked'} />
      )}
      {state.name === 'requested' && <Waiting visit={visit} at={state.requestedAt} />}
      {canRequestAgain(state) &&
        (isEntitledToCard(visit.person.status) ? (
          <CardForm visit={visit} error={text} />
        ) : (
          <Notice kind="plain">
            <p>{card.notDue}</p>
          </Notice>
        ))}
    </>
  );
}

function Issued(props: { visit: PersonVisit; card: IssuedCard; locked: boolean }): VNode {
  const { visit, card, locked } = props;
  const { words, language, identity } = visit;
  const facts: [string, string][] = [
    [words.request.name, identity.name],
    [words.data.birthDate, formatDay(identity.birthDate, language)],
    [words.detail.serial, card.serial],
    [words.detail.expires, formatDay(card.expiresAt - 1, language)],
    [words.detail.companion, card.companion ? words.detail.companionYes : words.detail.companionNo],
    [words.requests.state, words.requests.states[locked ? 'locked' : 'live']],
  ];
  return (
    <section class="varco-panel">
      <h2>{words.card.have}</h2>
      <img src="/portal/card/photo" alt={words.card.photo} width={140} height={180} />
      <dl class="varco-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {!locked && (
        <div class="varco-actions">
          <a href="/portal/card/pdf" class="btn btn-primary" target="_blank" rel="noopener">
            {words.card.pdf}
          </a>
          <a href="/portal/card/revoke" class="btn btn-outline-danger">
            {words.card.revoke}
          </a>
        </div>
      )}
    </section>
  );
}

function Waiting({ visit, at }: { visit: PersonVisit; at: number }): VNode {
  const { words, language, csrf } = visit;
  return (
    <section class="varco-panel">
      <h2>{words.card.waiting.title}</h2>
      <p>{words.card.waiting.text(formatMoment(at, language))}</p>
      <ActionButton
        action="/portal/card/withdraw"
        csrf={csrf}
        kind="outline-danger"
        label={words.card.withdraw}
      />
    </section>
  );
}

function CardForm({ visit, error }: { visit: PersonVisit; error: string | undefined }): VNode {
  const { words, csrf, language } = visit;
  const { card, request } = words;
  const described = [`${PHOTO_FIELD}-hint`, ...(error ? [`${PHOTO_FIELD}-error`] : [])].join(' ');
  return (
    <form
      method="post"
      action="/portal/card"
      encType="multipart/form-data"
      noValidate
      class="varco-form varco-panel"
    >
      <h2>{card.ask}</h2>
      <CsrfField token={csrf} />
      <input type="hidden" name="privacy" value={PRIVACY_VERSION} />
      <div class="form-group">
        <label for={PHOTO_FIELD}>{card.photoLabel}</label>
        <p class="varco-hint" id={`${PHOTO_FIELD}-hint`}>
          {card.photoHint}
        </p>
        <input
          id={PHOTO_FIELD}
          name={PHOTO_FIELD}
          type="file"
          accept="image/jpeg,image/png,image/webp"
          required
          class={error ? 'form-control is-invalid' : 'form-control'}
          aria-describedby={described}
          {...(error ? { 'aria-invalid': 'true' as const } : {})}
        />
        {error && (
          <p class="varco-error" id={`${PHOTO_FIELD}-error`}>
            {error}
          </p>
        )}
      </div>
      <p>{card.photoUse}</p>
      <p>{card.privacy}</p>
      <details>
        <summary>{request.privacy}</summary>
        <PrivacyNotice language={language} level={3} />
      </details>
      <button type="submit" class="btn btn-primary">
        {card.send}
      </button>
    </form>
  );
}

function RevokeSure({ visit }: { visit: PersonVisit }): VNode {
  const { words, csrf } = visit;
  return (
    <>
      <h1>{words.card.revoke}</h1>
      <p class="lead">{words.card.revokeText}</p>
      <div class="varco-actions">
        <ActionButton
          action="/portal/card/revoke"
          csrf={csrf}
          kind="danger"
          label={words.card.revoke}
        />
        <a href="/portal/card" class="btn btn-outline-primary">
          {words.cancel}
        </a>
      </div>
    </>
  );
}
