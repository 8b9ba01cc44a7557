import type { VNode } from 'preact';
import type { CredentialSummary } from '../../credential/credential-summary.ts';
import type { NumberedCode } from '../../portal/codes.ts';
import { Notice } from '../form-parts.tsx';
import { formatDay } from '../moment.ts';
import { ActionButton } from './action-button.tsx';
import type { PersonVisit } from './visit.tsx';

/** The citizen's way in: the code, and what can be done with it. */
export function Home({
  visit,
  code,
}: {
  visit: PersonVisit;
  code: NumberedCode | undefined;
}): VNode {
  const { words } = visit;
  const known = Object.keys(visit.person.status).length > 0;
  return (
    <>
      <h1>{words.home.title}</h1>
      {code ? <Code visit={visit} code={code} /> : <NoCode visit={visit} />}
      {!known && code && <p>{words.home.notInArchiveNote}</p>}
      <section class="varco-panel">
        <h2>{words.home.consult}</h2>
        <p>{words.home.consultText}</p>
        <a href="/portal/requests" class="btn btn-outline-primary">
          {words.home.consult}
        </a>
      </section>
    </>
  );
}

function NoCode({ visit: { words } }: { visit: PersonVisit }): VNode {
  return (
    <>
      <p class="lead">{words.home.none}</p>
      <p>
        <a href="/portal/request" class="btn btn-primary btn-lg">
          {words.home.newRequest}
        </a>
      </p>
    </>
  );
}

function Code({ visit, code }: { visit: PersonVisit; code: NumberedCode }): VNode {
  const { words, csrf } = visit;
  const path = `/portal/requests/${code.number}`;
  if (code.state === 'locked') {
    return (
      <>
        <Notice kind="warn" title={words.home.locked.title}>
          <p>{words.home.locked.text(formatDay(lockedAt(code), visit.language))}</p>
        </Notice>
        <div class="varco-actions">
          <a href={`${path}/renew`} class="btn btn-primary">
            {words.detail.renew}
          </a>
          <a href={`${path}/unlock`} class="btn btn-outline-primary">
            {words.detail.unlock}
          </a>
        </div>
      </>
    );
  }
  return (
    <>
      <Notice kind="good" title={`✓ ${words.home.live.title}`}>
        <p>{words.home.live.text}</p>
      </Notice>
      <div class="varco-actions">
        <a href="/portal/live" class="btn btn-primary btn-lg">
          {words.home.show}
        </a>
        <a href={`${path}/pdf`} class="btn btn-outline-primary" target="_blank" rel="noopener">
          {words.home.print}
        </a>
        <ActionButton
          action={`${path}/mail`}
          csrf={csrf}
          kind="outline-primary"
          label={words.detail.mail}
        />
        <a href={path} class="btn btn-outline-primary">
          {words.home.detail}
        </a>
      </div>
    </>
  );
}

function lockedAt({ lockedAt: at, issuedAt }: CredentialSummary): number {
  return at ?? issuedAt;
}
