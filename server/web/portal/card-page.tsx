import type { VNode } from 'preact';
import { type CardState, canRequestAgain, type IssuedCard } from '../../credential/card-state.ts';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { isEntitledToCard } from '../../registry/card-standing.ts';
import { ErrorSummary, Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay, formatMoment } from '../moment.ts';
import { PrivacyNotice } from '../statements/privacy-notice.tsx';
import { ActionButton } from './action-button.tsx';
import type { PersonVisit } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

const PHOTO_FIELD = 'photo';

/** Why a photo was not taken. */
export type CardProblem = keyof PortalWords['card']['problems'];

export function isCardProblem(code: string, { card }: PortalWords): code is CardProblem {
  return Object.hasOwn(card.problems, code);
}

/** The card's page, whatever state it is in. */
export function CardPage(props: {
  visit: PersonVisit;
  state: CardState;
  problem: CardProblem | undefined;
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
      {state.name === 'notDue' && (
        <Notice kind="warn">
          <p>{card.ended(state.serial)}</p>
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
  const described = error ? `${PHOTO_FIELD}-hint ${PHOTO_FIELD}-error` : `${PHOTO_FIELD}-hint`;
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
          aria-invalid={error ? 'true' : undefined}
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

/** Asks once more before the card is revoked. */
export function RevokeSure({ visit }: { visit: PersonVisit }): VNode {
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
