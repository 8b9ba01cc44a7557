import type { ComponentChildren, VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import { areas } from '../../registry/verbale.ts';
import type { FirstLevelResult } from '../../verification/first-level.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { CsrfField } from '../login/csrf-field.tsx';
import { formatMoment } from '../moment.ts';
import { verbaleWords } from '../verbale-words.ts';
import type { CameraScanProps } from './camera-scan.island.tsx';
import { deskWords } from './desk-words.ts';
import { type DeskPageProps, SecondLevelForm } from './second-level-pages.tsx';
import type { DeskWords } from './words/words.ts';

/** A site that the operator may be at. */
export interface DeskSite {
  id: string;
  title: string;
}

export interface ScanFormProps extends DeskPageProps {
  sites: readonly DeskSite[];
  requestId: string;
  entered: { code?: string; codiceFiscale?: string; site?: string };
  errors: Partial<Record<'code' | 'codiceFiscale' | 'site', string>>;
}

/** The first step: the code that was scanned, and the holder's codice fiscale. */
export function ScanForm({ language, csrf, sites, requestId, entered, errors }: ScanFormProps) {
  const words = deskWords[language];
  const { camera } = words;
  const problems = Object.entries(errors).map(([field, text]) => ({ field, text }));
  const scan: CameraScanProps = { field: 'code', next: 'codiceFiscale', words: camera };
  const hasCode = entered.code !== undefined && entered.code !== '' && errors.code === undefined;
  return (
    <>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <form method="post" action="/operator/check" autocomplete="off" noValidate>
        <CsrfField token={csrf} />
        <input type="hidden" name="request" value={requestId} />
        <ErrorSummary title={words.formProblem} problems={problems} />
        <SiteChoice words={words} sites={sites} chosen={entered.site} error={errors.site} />
        <Field
          id="code"
          label={words.code}
          hint={words.codeHint}
          error={errors.code}
          input={{ value: entered.code ?? '', spellcheck: false, autofocus: !hasCode }}
        />
        <Island name="camera-scan" data={scan} />
        <Field
          id="codiceFiscale"
          label={words.codiceFiscale}
          hint={words.codiceFiscaleHint}
          error={errors.codiceFiscale}
          input={{
            value: entered.codiceFiscale ?? '',
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
        aria-invalid={error ? 'true' : undefined}
        aria-describedby={error ? 'site-error' : undefined}
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

export interface FirstLevelProps extends DeskPageProps {
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
        {words.time}: {formatMoment(result.decidedAt, language)}
        {result.answer.outcome !== 'throttled' && ` · ${words.reference}: ${result.reference}`}
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
        <table class="varco-table">
          <thead>
            <tr>
              <th scope="col">{words.area}</th>
              <th scope="col">{words.recognised}</th>
            </tr>
          </thead>
          <tbody>
            {areas.map((area) => (
              <tr key={area}>
                <th scope="row">{verbaleWords[language].areas[area]}</th>
                <td>
                  <strong>{answer.areas[area] ? words.yes : words.no}</strong>
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
      const title = answer.needs ? words.needsLiveCode : words.throttled(minutes);
      return <Notice kind="warn" title={title} />;
    }
    case 'notRecognised':
      return <Notice kind="bad" title={words.notRecognised} />;
    case 'notInArchive':
      return <Notice kind="warn" title={words.notInArchive} />;
    case 'unavailable':
      return <Notice kind="warn" title={words.unavailable} />;
  }
}

/** A page that only says something, and leads to the next person. */
export function DeskNotice(props: {
  language: Language;
  title: string;
  kind: 'good' | 'warn' | 'bad';
  text: string;
  /** What can be done about it. */
  children?: ComponentChildren;
}): VNode {
  const words = deskWords[props.language];
  return (
    <>
      <h1>{props.title}</h1>
      <Notice kind={props.kind}>
        <p>{props.text}</p>
      </Notice>
      {props.children}
      <p>
        <a class="btn btn-primary" href="/operator">
          {words.next}
        </a>
      </p>
    </>
  );
}
