import type { VNode } from 'preact';
import { PRIVACY_VERSION } from '../../credential/eligibility.ts';
import { Notice } from '../form-parts.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { PrivacyNotice } from '../statements/privacy-notice.tsx';
import type { PersonVisit } from './visit.tsx';

const STEPS = 3;

/** *Nuova richiesta*, first step: what the code is. */
export function RequestAbout({ visit: { words } }: { visit: PersonVisit }): VNode {
  return (
    <>
      <p class="varco-step">{words.step(1, STEPS)}</p>
      <h1>{words.request.title}</h1>
      <ul class="varco-points">
        {words.request.about.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      <div class="varco-actions">
        <a href="/portal/request/data" class="btn btn-primary btn-lg">
          {words.proceed}
        </a>
        <a href="/portal" class="btn btn-outline-primary">
          {words.cancel}
        </a>
      </div>
    </>
  );
}

/** Second step: whose code it will be, and where it is sent. */
export function RequestData({ visit }: { visit: PersonVisit }): VNode {
  const { words, identity, actor } = visit;
  const { request } = words;
  return (
    <>
      <p class="varco-step">{words.step(2, STEPS)}</p>
      <h1>{request.data}</h1>
      <p class="lead">{request.dataText}</p>
      <dl class="varco-facts">
        <dt>{request.name}</dt>
        <dd>{identity.name}</dd>
        <dt>{request.codiceFiscale}</dt>
        <dd>{identity.codiceFiscale}</dd>
        <dt>{request.mobile}</dt>
        <dd>{identity.mobile}</dd>
        <dt>{request.email}</dt>
        <dd>{identity.email}</dd>
      </dl>
      {actor === 'citizen' && (
        <p>
          <a href="/portal/contacts?next=/portal/request/data">{request.change}</a>
        </p>
      )}
      <div class="varco-actions">
        <a href="/portal/request/privacy" class="btn btn-primary btn-lg">
          {words.proceed}
        </a>
        <a href="/portal/request" class="btn btn-outline-primary">
          {words.back}
        </a>
      </div>
    </>
  );
}

/** Third step: the privacy notice in force, and *Conferma*. */
export function RequestPrivacy({ visit }: { visit: PersonVisit }): VNode {
  const { words, language, csrf } = visit;
  const { request } = words;
  return (
    <>
      <p class="varco-step">{words.step(3, STEPS)}</p>
      <h1>{request.privacy}</h1>
      <p class="lead">{request.privacyText}</p>
      <div class="varco-panel">
        <p class="varco-hint">{request.version(PRIVACY_VERSION)}</p>
        <PrivacyNotice language={language} level={2} />
      </div>
      <form method="post" action="/portal/request">
        <CsrfField token={csrf} />
        <input type="hidden" name="privacy" value={PRIVACY_VERSION} />
        <div class="varco-actions">
          <button type="submit" class="btn btn-primary btn-lg">
            {words.confirm}
          </button>
          <a href="/portal/request/data" class="btn btn-outline-primary">
            {words.back}
          </a>
        </div>
      </form>
    </>
  );
}

/** Why there is no code now. */
export function RequestRefused({ visit, reason }: { visit: PersonVisit; reason: string }): VNode {
  const { words } = visit;
  const { refused } = words.request;
  const text =
    reason === 'statusMissing' || reason === 'cardNotDue' ? refused[reason] : refused.other;
  return (
    <>
      <h1>{words.request.title}</h1>
      <Notice kind="warn" title={refused.title}>
        <p>{text}</p>
      </Notice>
      <a href="/portal" class="btn btn-outline-primary">
        {words.backHome}
      </a>
    </>
  );
}
