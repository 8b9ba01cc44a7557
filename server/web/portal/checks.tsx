import type { FastifyInstance } from 'fastify';
import type { VNode } from 'preact';
import { errorCode } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/language.ts';
import type { Check } from '../../audit/citizen-checks.ts';
import { isGuessedAt } from '../../guessing/guess-counts.ts';
import { checksPage } from '../../portal/checks-list.ts';
import { codesOf, inForce } from '../../portal/codes.ts';
import { type Area, areas } from '../../registry/verbale.ts';
import { access } from '../../route-access.ts';
import { Notice } from '../form-parts.tsx';
import { formatDay, formatMoment, formatTime } from '../moment.ts';
import { queryOf } from '../request-fields.ts';
import { verbaleWords } from '../verbale-words.ts';
import { ActionButton } from './action-button.tsx';
import { nameChecks, type ShownCheck } from './check-names.ts';
import type { PortalDeps } from './deps.ts';
import type { PersonVisit, Visits } from './visit.tsx';
import type { PortalWords } from './words/words.ts';

/** *Who checked me*, and "this was not me", which locks the code. */
export function registerChecks(http: FastifyInstance, visits: Visits, deps: PortalDeps): void {
  http.get(
    '/portal/checks',
    access('citizen'),
    visits.person(async (visit) => {
      const { store, keyring } = deps;
      const before = beforeOf(queryOf(visit.request, 'before'));
      const page = await checksPage(
        { store, keyring, now: deps.now() },
        visit.identity.codiceFiscale,
        { before },
      );
      const checks = await nameAll(deps, visit, page.checks);
      const code = inForce(await codesOf(deps.credentials, visit.person.id), 'status');
      const body = (
        <Checks
          visit={visit}
          checks={checks}
          isFirstPage={before === undefined}
          older={page.older}
          lockable={code?.state === 'live'}
          guessed={code !== undefined && (await isGuessedAt(store, code.id, deps.now()))}
          done={queryOf(visit.request, 'done')}
        />
      );
      return visits.send(visit, 'checks', { title: visit.words.checks.title, body });
    }),
  );
  http.post(
    '/portal/checks/lock',
    access('citizen'),
    visits.person(async (visit) => {
      const code = inForce(await codesOf(deps.credentials, visit.person.id), 'status');
      let done = 'nothing';
      if (code) {
        try {
          await deps.credentials.lock(code.id, { actor: visit.actor });
          done = 'locked';
        } catch (error) {
          // Locked a moment ago, by a double click: that is what was wanted.
          if (errorCode(error) !== 'credentialUnknown') {
            throw error;
          }
          done = code.state === 'revoked' ? 'nothing' : 'locked';
        }
      }
      return visit.reply.redirect(`/portal/checks?done=${done}`, 303);
    }),
  );
}

/** A page's `older`, as it comes back; whatever else comes is the first page. */
function beforeOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

function nameAll(
  { store, policies }: PortalDeps,
  visit: PersonVisit,
  checks: readonly Check[],
): Promise<ShownCheck[]> {
  const titleOf = (id: string, at: number) => policies.find(id, new Date(at))?.title;
  return nameChecks({ store, titleOf }, checks, visit);
}

/** A check's answer in the citizen's words. Pure. */
export function answerOf(
  { checks: { answers } }: PortalWords,
  verdict: Check['verdict'],
  language: Language,
): string {
  if ('areas' in verdict && verdict.areas) {
    const recognised: Partial<Record<Area, boolean>> = verdict.areas;
    const yes = areas
      .filter((area) => recognised[area])
      .map((area) => verbaleWords[language].areas[area]);
    return yes.length === 0 ? answers.none : answers.yes(yes.join(', '));
  }
  switch (verdict.outcome) {
    case 'granted':
      return 'companion' in verdict && verdict.companion
        ? answers.grantedWithCompanion
        : answers.granted;
    case 'card':
      return 'valid' in verdict && verdict.valid ? answers.cardValid : answers.cardNotValid;
    case 'denied':
    case 'unconfirmed': {
      const texts: Readonly<Record<string, unknown>> = answers;
      const text = 'reason' in verdict ? texts[verdict.reason] : undefined;
      return typeof text === 'string' ? text : answers.other;
    }
    case 'accepted':
    case 'shown':
      return answers.shown;
    case 'wrong':
    case 'spent':
    case 'refused':
      return answers.refused;
    case 'locked':
    case 'codesLocked':
      return answers.locked;
    case 'waiting':
    case 'failed':
    case 'messageThrottled':
    case 'tooSoon':
      return answers.codeNotSent;
    case 'codeSent':
      return answers.sent;
    case 'notRecognised':
    case 'notInArchive':
    case 'unavailable':
    case 'throttled':
    case 'otpRequired':
    case 'sent':
      return answers[verdict.outcome];
    default:
      return answers.other;
  }
}

function Checks(props: {
  visit: PersonVisit;
  checks: readonly ShownCheck[];
  isFirstPage: boolean;
  older: number | undefined;
  lockable: boolean;
  /** It was tried too often lately, so that gates answer its live code only. */
  guessed: boolean;
  done: string | undefined;
}): VNode {
  const { visit, checks, isFirstPage, older, lockable, guessed, done } = props;
  const { words, csrf } = visit;
  const { lock } = words.checks;
  return (
    <>
      <h1>{words.checks.title}</h1>
      {done === 'locked' && (
        <Notice kind="good" title={`✓ ${lock.done}`}>
          <a href="/portal">{words.backHome}</a>
        </Notice>
      )}
      {done === 'nothing' && (
        <Notice kind="warn">
          <p>{lock.nothing}</p>
        </Notice>
      )}
      {guessed && (
        <Notice kind="warn" title={words.checks.guessed.title}>
          <p>{words.checks.guessed.text}</p>
          <a href="/portal/live">{words.checks.guessed.live}</a>
        </Notice>
      )}
      <p class="lead">
        {checks.length === 0 && isFirstPage ? words.checks.none : words.checks.intro}
      </p>
      {lockable && (
        <section class="varco-panel">
          <h2>{lock.title}</h2>
          <p>{lock.text}</p>
          <ActionButton
            action="/portal/checks/lock"
            csrf={csrf}
            kind="danger"
            label={lock.button}
          />
        </section>
      )}
      <ul class="varco-cards">
        {checks.map((check) => (
          <OneCheck
            key={`${check.at} ${check.asker} ${check.reference ?? ''}`}
            visit={visit}
            check={check}
            lockable={lockable}
          />
        ))}
      </ul>
      {(older !== undefined || !isFirstPage) && (
        <nav class="varco-actions" aria-label={words.checks.title}>
          {!isFirstPage && (
            <a class="btn btn-outline-primary" href="/portal/checks">
              {words.checks.newest}
            </a>
          )}
          {older !== undefined && (
            <a class="btn btn-outline-primary" href={`/portal/checks?before=${older}`} rel="next">
              {words.checks.older}
            </a>
          )}
        </nav>
      )}
    </>
  );
}

/** When, and with what answer: of several attempts the span of time, and how many they were. */
function spanOf(
  { words, language }: PersonVisit,
  { at, since, attempts, verdict }: ShownCheck,
): { when: string; answer: string } {
  if (attempts === undefined) {
    return { when: formatMoment(at, language), answer: answerOf(words, verdict, language) };
  }
  const from = formatTime(since ?? at, language);
  const answer = words.checks.attempts(attempts, from, formatTime(at, language));
  return { when: formatDay(at, language), answer };
}

function OneCheck(props: { visit: PersonVisit; check: ShownCheck; lockable: boolean }): VNode {
  const { visit, check, lockable } = props;
  const { words, language, csrf } = visit;
  const { checks } = words;
  const { when, answer } = spanOf(visit, check);
  return (
    <li class="varco-panel">
      <dl class="varco-facts">
        <dt>{checks.when}</dt>
        <dd>
          <time dateTime={new Date(check.at).toISOString()}>{when}</time>
        </dd>
        <dt>{checks.where}</dt>
        <dd>{check.place}</dd>
        <dt>{checks.asked}</dt>
        <dd>{check.question}</dd>
        <dt>{checks.answered}</dt>
        <dd>{answer}</dd>
        {check.reference && (
          <>
            <dt>{checks.reference}</dt>
            <dd class="varco-reference">{check.reference}</dd>
          </>
        )}
      </dl>
      {lockable && (
        <ActionButton
          action="/portal/checks/lock"
          csrf={csrf}
          kind="outline-danger"
          label={checks.notMe}
          name={checks.notMeOf(formatMoment(check.at, language))}
        />
      )}
    </li>
  );
}
