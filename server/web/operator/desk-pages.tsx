import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import type { AreaDetail } from '../../verification/area-detail.ts';
import type { FirstLevelResult } from '../../verification/first-level.ts';
import { purposeNames, purposes } from '../../verification/purposes.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatDay, formatMoment } from '../moment.ts';
import { verbaleWords } from '../verbale-words.ts';
import type { CameraScanProps } from './camera-scan.island.tsx';
import { deskWords } from './desk-words.ts';
import type { DetailClockProps } from './detail-clock.island.tsx';
import type { DeskWords } from './words/words.ts';

/** A site that the operator may be at. */
export interface DeskSite {
  id: string;
  title: string;
}

interface Common {
  language: Language;
  csrf: string;
}

export interface ScanFormProps extends Common {
  sites: readonly DeskSite[];
  requestId: string;
  given: { code?: string; codiceFiscale?: string; site?: string };
  errors: Partial<Record<'code' | 'codiceFiscale' | 'site', string>>;
}

/** The beginning: what was scanned, and whose it is said to be. */
export function ScanForm({ language, csrf, sites, requestId, given, errors }: ScanFormProps) {
  const words = deskWords[language];
  const { camera } = words;
  const problems = Object.entries(errors).map(([field, text]) => ({ field, text }));
  const scan: CameraScanProps = { field: 'code', next: 'codiceFiscale', words: camera };
  const hasCode = given.code !== undefined && given.code !== '' && errors.code === undefined;
  return (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <form method="post" action="/operator/check" autocomplete="off" noValidate>
        <CsrfField token={csrf} />
        <input type="hidden" name="request" value={requestId} />
        <ErrorSummary title={words.formProblem} problems={problems} />
        <SiteChoice words={words} sites={sites} chosen={given.site} error={errors.site} />
        <Field
          id="code"
          label={words.code}
          hint={words.codeHint}
          error={errors.code}
          input={{ value: given.code ?? '', spellcheck: false, autofocus: !hasCode }}
        />
        <Island name="camera-scan" data={scan} />
        <Field
          id="codiceFiscale"
          label={words.codiceFiscale}
          hint={words.codiceFiscaleHint}
          error={errors.codiceFiscale}
          input={{
            value: given.codiceFiscale ?? '',
            autocapitalize: 'characters',
            spellcheck: false,
            autofocus: hasCode,
          }}
        />
        <button class="btn btn-primary" type="submit">
          {words.verify}
        </button>
      </form>
    </>
  );
}

function SiteChoice(props: {
  words: DeskWords;
  sites: readonly DeskSite[];
  chosen: string | undefined;
  error: string | undefined;
}): VNode {
  const { words, sites, chosen, error } = props;
  const [only] = sites;
  if (sites.length === 1 && only) {
    return <input type="hidden" name="site" value={only.id} />;
  }
  return (
    <div class="form-group">
      <label for="site">{words.site}</label>
      <select
        id="site"
        name="site"
        class={error ? 'form-select is-invalid' : 'form-select'}
        {...(error ? { 'aria-invalid': 'true' as const, 'aria-describedby': 'site-error' } : {})}
      >
        <option value="">{words.second.choose}</option>
        {sites.map(({ id, title }) => (
          <option key={id} value={id} selected={id === chosen}>
            {title}
          </option>
        ))}
      </select>
      {error && (
        <p class="varco-error" id="site-error">
          {error}
        </p>
      )}
    </div>
  );
}

export interface FirstLevelProps extends Common {
  result: FirstLevelResult;
  /** Absent: this person's answer has no second level. */
  case: string | undefined;
  /** Whether this account may see a second level. */
  isOperator: boolean;
}

/** The first level's answer, and the way to the second. */
export function FirstLevelPage(props: FirstLevelProps): VNode {
  const { language, result } = props;
  const words = deskWords[language];
  return (
    <>
      <h1>{words.result}</h1>
      <FirstLevelAnswer words={words} language={language} result={result} />
      <p>
        {words.time}: {formatMoment(result.decidedAt, language)} · {words.reference}:{' '}
        {result.reference}
      </p>
      <p>
        <a class="btn btn-primary" href="/operator">
          {words.next}
        </a>
      </p>
      {props.case !== undefined &&
        (props.isOperator ? (
          <SecondLevelForm language={language} csrf={props.csrf} case={props.case} />
        ) : (
          <p>{words.second.notYours}</p>
        ))}
    </>
  );
}

function FirstLevelAnswer(props: {
  words: DeskWords;
  language: Language;
  result: FirstLevelResult;
}): VNode {
  const { words, language } = props;
  const { answer } = props.result;
  switch (answer.outcome) {
    case 'status':
      return (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{words.area}</th>
              <th scope="col">{words.recognised}</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(answer.areas).map(([area, isRecognised]) => (
              <tr key={area}>
                <th scope="row">
                  {verbaleWords[language].areas[area as keyof typeof answer.areas]}
                </th>
                <td>
                  <strong>{isRecognised ? words.yes : words.no}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      );
    case 'card':
      return (
        <Notice
          kind={answer.valid ? 'good' : 'bad'}
          title={answer.valid ? words.cardValid : words.cardInvalid}
        />
      );
    case 'throttled': {
      const minutes = Math.ceil(answer.retryAfterMs / 60_000);
      return <Notice kind="warn" title={words.throttled(minutes)} />;
    }
    case 'notRecognised':
      return <Notice kind="bad" title={words.notRecognised} />;
    case 'notInArchive':
      return <Notice kind="warn" title={words.notInArchive} />;
    case 'unavailable':
      return <Notice kind="warn" title={words.unavailable} />;
  }
}

/** The purpose, from the closed list, and the two ways to go on. */
export function SecondLevelForm(props: Common & { case: string; purposeMissing?: boolean }): VNode {
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
            {...(error ? { 'aria-invalid': 'true' as const } : {})}
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
  props: Common & { case: string; purpose: string; minutes: number; isWrong: boolean },
): VNode {
  const { second, formProblem } = deskWords[props.language];
  const error = props.isWrong ? second.wrongCode : undefined;
  return (
    <>
      <h1>{second.codeTitle}</h1>
      <p class="lead">{second.codeText(props.minutes)}</p>
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
    ({ name, law }) =>
      `${names.fiscalBenefits[name as keyof typeof names.fiscalBenefits]} (${law})`,
  );
  return (
    <section>
      <h2>{verbaleWords[language].areas[one.area]}</h2>
      <dl>
        <dt>{detail.giudizio}</dt>
        <dd>{names.giudizi[one.giudizio as keyof typeof names.giudizi]}</dd>
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

/** A page that only says something, and leads to the next person. */
export function DeskNotice(props: {
  language: Language;
  title: string;
  kind: 'good' | 'warn' | 'bad';
  text: string;
}): VNode {
  const words = deskWords[props.language];
  return (
    <>
      <h1>{props.title}</h1>
      <Notice kind={props.kind}>
        <p>{props.text}</p>
      </Notice>
      <p>
        <a class="btn btn-primary" href="/operator">
          {words.next}
        </a>
      </p>
    </>
  );
}
