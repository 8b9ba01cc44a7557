import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import type { AreaDetail } from '../../verification/area-detail.ts';
import { purposeNames, purposes } from '../../verification/purposes.ts';
import { ErrorSummary, Field } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay } from '../moment.ts';
import { verbaleWords } from '../verbale-words.ts';
import { deskWords } from './desk-words.ts';
import type { DetailClockProps } from './detail-clock.island.tsx';
import type { DeskWords } from './words/words.ts';

/** What every form of the desk needs. */
export interface DeskPageProps {
  language: Language;
  csrf: string;
}

/** The purpose, from the closed list, and the two ways to go on. */
export function SecondLevelForm(
  props: DeskPageProps & { case: string; purposeMissing?: boolean },
): VNode {
  const { second, purposes: names, formProblem } = deskWords[props.language];
  const error = props.purposeMissing ? second.purposeProblem : undefined;
  return (
    <section aria-labelledby="second-level">
      <h2 id="second-level">{second.title}</h2>
      <p>{second.lead}</p>
      <form method="post" action="/operator/second-level">
        <CsrfField token={props.csrf} />
        <input type="hidden" name="case" value={props.case} />
        <ErrorSummary
          title={formProblem}
          problems={error ? [{ field: 'purpose', text: error }] : []}
        />
        <div class="form-group">
          <label for="purpose">{second.purpose}</label>
          <p class="varco-hint" id="purpose-hint">
            {second.purposeHint}
          </p>
          <select
            id="purpose"
            name="purpose"
            class={error ? 'form-select is-invalid' : 'form-select'}
            aria-describedby="purpose-hint"
            aria-invalid={error ? 'true' : undefined}
          >
            <option value="">{second.choose}</option>
            {purposeNames.map((purpose) => (
              <option key={purpose} value={purpose}>
                {`${names[purpose]} (${purposes[purpose]})`}
              </option>
            ))}
          </select>
        </div>
        <button class="btn btn-primary me-3 mb-3" type="submit" name="form" value="code">
          {second.byCode}
        </button>
        <button class="btn btn-outline-primary mb-3" type="submit" name="form" value="mail">
          {second.byMail}
        </button>
      </form>
    </section>
  );
}

/** The operator types what the citizen received. */
export function OneTimeCodeForm(
  props: DeskPageProps & {
    case: string;
    purpose: string;
    minutes: number;
    isWrong: boolean;
    triesLeft: number;
    /** Seconds until another code may be sent. */
    resendAfterS: number;
  },
): VNode {
  const { second, formProblem } = deskWords[props.language];
  const error = props.isWrong ? second.wrongCode : undefined;
  return (
    <>
      <h1>{second.codeTitle}</h1>
      <p class="lead">{second.codeText(props.minutes)}</p>
      <p>{second.triesLeft(props.triesLeft)}</p>
      <form method="post" action="/operator/reveal" autocomplete="off" noValidate>
        <CsrfField token={props.csrf} />
        <input type="hidden" name="case" value={props.case} />
        <input type="hidden" name="purpose" value={props.purpose} />
        <ErrorSummary
          title={formProblem}
          problems={error ? [{ field: 'oneTimeCode', text: error }] : []}
        />
        <Field
          id="oneTimeCode"
          label={second.code}
          error={error}
          input={{ inputmode: 'numeric', maxLength: 6, autofocus: true }}
        />
        <button class="btn btn-primary" type="submit">
          {second.show}
        </button>
      </form>
      <form method="post" action="/operator/second-level" class="mt-4">
        <CsrfField token={props.csrf} />
        <input type="hidden" name="case" value={props.case} />
        <input type="hidden" name="purpose" value={props.purpose} />
        <p class="varco-hint" id="resend-hint">
          {second.resendHint(props.resendAfterS)}
        </p>
        <button
          class="btn btn-outline-primary"
          type="submit"
          name="form"
          value="code"
          aria-describedby="resend-hint"
        >
          {second.resend}
        </button>
      </form>
    </>
  );
}

/** How long the second level stays on the screen, in seconds. */
export const DETAIL_S = 120;

/** The second level: once, for two minutes, and not on paper. */
export function DetailPage({ language, detail }: { language: Language; detail: AreaDetail[] }) {
  const words = deskWords[language];
  const seconds = Array.from({ length: DETAIL_S + 1 }, (_, left) => words.detail.left(left));
  const clock: DetailClockProps = {
    seconds: DETAIL_S,
    left: seconds,
    gone: words.detail.gone,
    target: 'giudizio-detail',
    url: '/operator',
  };
  return (
    <>
      <h1>{words.detail.title}</h1>
      <p class="lead">{words.detail.once}</p>
      <Island name="detail-clock" data={clock} />
      <div id="giudizio-detail" class="d-print-none">
        {detail.map((one) => (
          <AreaSection key={one.area} one={one} words={words} language={language} />
        ))}
      </div>
      <p>
        <a class="btn btn-primary" href="/operator">
          {words.detail.close}
        </a>
      </p>
    </>
  );
}

function AreaSection(props: { one: AreaDetail; words: DeskWords; language: Language }): VNode {
  const { one, language } = props;
  const { detail, yes, no } = props.words;
  const names = verbaleWords[language];
  const benefits = one.fiscalBenefits.map(
    ({ name, law }) => `${names.fiscalBenefits[name]} (${law})`,
  );
  return (
    <section>
      <h2>{verbaleWords[language].areas[one.area]}</h2>
      <dl>
        <dt>{detail.giudizio}</dt>
        <dd>{one.annulled ? names.annulled : names.giudizi[one.giudizio]}</dd>
        <dt>{detail.law}</dt>
        <dd>{one.law}</dd>
        {one.percentage !== undefined && (
          <>
            <dt>{detail.percentage}</dt>
            <dd>{one.percentage} %</dd>
          </>
        )}
        <dt>{detail.companion}</dt>
        <dd>{one.accompagnamento ? yes : no}</dd>
        {one.revisionOn !== undefined && (
          <>
            <dt>{detail.revision}</dt>
            <dd>
              {formatDay(one.revisionOn, language)}: {detail.revisionText}
            </dd>
          </>
        )}
        <dt>{detail.benefits}</dt>
        <dd>{benefits.length > 0 ? benefits.join('; ') : detail.none}</dd>
      </dl>
    </section>
  );
}
