import type { VNode } from 'preact';
import type { CredentialEvent } from '../../credential/credential-summary.ts';
import { type NumberedCode, shownState } from '../../portal/codes.ts';
import { Notice } from '../form-parts.tsx';
import { formatDay, formatMoment } from '../moment.ts';
import { ActionButton } from './action-button.tsx';
import type { PersonVisit } from './visit.tsx';

/** *Consultazione*: every request so far. */
export function Requests(props: {
  visit: PersonVisit;
  codes: readonly NumberedCode[];
  now: number;
}): VNode {
  const { visit, codes, now } = props;
  const { requests } = visit.words;
  return (
    <>
      <h1>{requests.title}</h1>
      <p class="lead">{codes.length === 0 ? requests.none : requests.intro}</p>
      {codes.length > 0 && (
        <ul class="varco-cards">
          {codes.map((code) => (
            <li key={code.number} class="varco-panel">
              <h2>
                <a href={`/portal/requests/${code.number}`}>
                  {`${requests.number} ${code.number} · ${requests.kinds[code.kind]}`}
                </a>
              </h2>
              <dl class="varco-facts">
                <dt>{requests.issued}</dt>
                <dd>{formatMoment(code.issuedAt, visit.language)}</dd>
                <dt>{requests.state}</dt>
                <dd>{requests.states[shownState(code, now)]}</dd>
              </dl>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What has just been done, from the query; any other word is nothing. */
export type Done = 'made' | 'mailed' | 'throttled' | 'unavailable' | 'renew' | 'revoke' | 'unlock';

/** *Dettaglio dati Richiesta*. */
export function RequestDetail(props: {
  visit: PersonVisit;
  code: NumberedCode;
  history: readonly CredentialEvent[];
  done: Done | undefined;
  now: number;
}): VNode {
  const { visit, code, history, done, now } = props;
  const { words, language } = visit;
  const { detail, requests } = words;
  return (
    <>
      <h1>{detail.title}</h1>
      {done && <DoneNotice visit={visit} done={done} />}
      <dl class="varco-facts">
        <dt>{detail.number}</dt>
        <dd>{code.number}</dd>
        <dt>{requests.kind}</dt>
        <dd>{requests.kinds[code.kind]}</dd>
        <dt>{requests.issued}</dt>
        <dd>{formatMoment(code.issuedAt, language)}</dd>
        <dt>{requests.state}</dt>
        <dd>{requests.states[shownState(code, now)]}</dd>
        {code.revokedAt !== undefined && (
          <>
            <dt>{detail.ended}</dt>
            <dd>{formatMoment(code.revokedAt, language)}</dd>
          </>
        )}
      </dl>
      {code.kind === 'status' && code.state !== 'revoked' && <Actions visit={visit} code={code} />}
      <h2>{detail.history}</h2>
      <ol class="varco-history">
        {history.map(({ at, kind, actor }) => (
          <li key={`${at} ${kind}`}>
            {`${formatMoment(at, language)}: ${detail.events[kind] ?? kind}, ${by(visit, actor)}`}
          </li>
        ))}
      </ol>
      <a href="/portal/requests" class="btn btn-outline-primary">
        {words.back}
      </a>
    </>
  );
}

function by({ words }: PersonVisit, actor: string): string {
  const who = words.detail.by;
  if (actor === 'citizen') {
    return who.citizen;
  }
  return actor.startsWith('delegate:') ? who.delegate : who.other;
}

function DoneNotice({ visit, done }: { visit: PersonVisit; done: Done }): VNode {
  const { detail } = visit.words;
  switch (done) {
    case 'made':
      return (
        <Notice kind="good" title={`✓ ${detail.made.title}`}>
          <p>{detail.made.text}</p>
        </Notice>
      );
    case 'mailed':
      return (
        <Notice kind="good">
          <p>{detail.mailed}</p>
        </Notice>
      );
    case 'throttled':
    case 'unavailable':
      return (
        <Notice kind="warn">
          <p>{done === 'throttled' ? detail.mailThrottled : detail.mailUnavailable}</p>
        </Notice>
      );
    case 'renew':
    case 'revoke':
    case 'unlock':
      return (
        <Notice kind="good">
          <p>{detail.done[done]}</p>
        </Notice>
      );
  }
}

function Actions({ visit, code }: { visit: PersonVisit; code: NumberedCode }): VNode {
  const { words, csrf, identity } = visit;
  const { detail } = words;
  const path = `/portal/requests/${code.number}`;
  return (
    <>
      {code.state === 'live' && (
        <>
          <div class="varco-actions">
            <a href={`${path}/pdf`} class="btn btn-primary" target="_blank" rel="noopener">
              {detail.print}
            </a>
            <a href={`${path}/pdf?download=1`} class="btn btn-outline-primary" download>
              {detail.download}
            </a>
            <ActionButton
              action={`${path}/mail`}
              csrf={csrf}
              kind="outline-primary"
              label={detail.mail}
            />
            <a href="/portal/live" class="btn btn-outline-primary">
              {detail.live}
            </a>
          </div>
          {identity.email && <p class="varco-hint">{detail.mailTo(identity.email)}</p>}
        </>
      )}
      {code.state === 'locked' && (
        <section class="varco-panel">
          <p>{detail.unlockText}</p>
          <a href={`${path}/unlock`} class="btn btn-outline-primary">
            {detail.unlock}
          </a>
        </section>
      )}
      <section class="varco-panel">
        <p>{detail.renewText}</p>
        <a href={`${path}/renew`} class="btn btn-outline-primary">
          {detail.renew}
        </a>
      </section>
      <section class="varco-panel">
        <p>{detail.revokeText}</p>
        <a href={`${path}/revoke`} class="btn btn-outline-danger">
          {detail.revoke}
        </a>
      </section>
    </>
  );
}

/** Asks again before something that can't be taken back. */
export function Sure(props: {
  visit: PersonVisit;
  code: NumberedCode;
  act: 'renew' | 'revoke' | 'unlock';
}): VNode {
  const { visit, code, act } = props;
  const { words, csrf } = visit;
  const { detail } = words;
  const path = `/portal/requests/${code.number}`;
  const text = { renew: detail.renewText, revoke: detail.revokeText, unlock: detail.unlockText };
  return (
    <>
      <h1>{detail.sure[act]}</h1>
      <p class="lead">{text[act]}</p>
      <div class="varco-actions">
        <ActionButton
          action={`${path}/${act}`}
          csrf={csrf}
          kind={act === 'revoke' ? 'danger' : 'primary'}
          label={detail[act]}
        />
        <a href={path} class="btn btn-outline-primary">
          {words.cancel}
        </a>
      </div>
      <p class="varco-hint">{`${words.requests.issued} ${formatDay(code.issuedAt, visit.language)}`}</p>
    </>
  );
}
