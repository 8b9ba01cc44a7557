import type { VNode } from 'preact';
import type { Language } from '../../../shared/language.ts';
import { areas } from '../../registry/verbale.ts';
import type { AreaAnswers, FirstLevelResult } from '../../verification/first-level.ts';
import { ErrorSummary, Notice } from '../form-parts.tsx';
import { Island } from '../island.tsx';
import { formatMoment } from '../moment.ts';
import { verbaleWords } from '../verbale-words.ts';
import { CODE_FIELD, CodeField } from './code-field.tsx';
import { readingWords } from './reading-words.ts';

/** What was read: the code itself says whether it is a card's. */
export type CodeKind = 'status' | 'card';

interface FormProps {
  language: Language;
  kind: CodeKind;
  /** Makes the answer to a form that is sent twice the same answer. */
  requestId: string;
  /** Of a live code: see `live-seen.ts`. */
  seen?: string | undefined;
  error?: string | undefined;
}

/** The form: a codice fiscale, and *Verifica*. */
export function ReadingForm({ language, kind, requestId, seen, error }: FormProps): VNode {
  const words = readingWords[language];
  return (
    <>
      <h1>{kind === 'card' ? words.cardTitle : words.title}</h1>
      <ErrorSummary
        title={words.formProblem}
        problems={error ? [{ field: CODE_FIELD, text: error }] : []}
      />
      <p class="lead">{kind === 'card' ? words.cardIntro : words.intro}</p>
      <form method="post" noValidate class="varco-form">
        <input type="hidden" name="request" value={requestId} />
        {seen && <input type="hidden" name="seen" value={seen} />}
        <Island name="code-field" data={{ error }}>
          <CodeField words={words} error={error} />
        </Island>
        <button type="submit" class="btn btn-primary btn-lg">
          {words.verify}
        </button>
      </form>
    </>
  );
}

/** The answer, with its time and its reference; `path` is the code's own address, to ask again. */
export function ReadingAnswer(props: {
  language: Language;
  kind: CodeKind;
  path: string;
  result: FirstLevelResult;
}): VNode {
  const { language, kind, path, result } = props;
  const words = readingWords[language];
  return (
    <>
      <h1>{words.result}</h1>
      <Answer language={language} kind={kind} answer={result.answer} />
      <dl class="varco-facts">
        <dt>{words.time}</dt>
        <dd>{formatMoment(result.decidedAt, language)}</dd>
        {result.answer.outcome !== 'throttled' && (
          <>
            <dt>{words.reference}</dt>
            <dd class="varco-reference">{result.reference}</dd>
          </>
        )}
      </dl>
      <p>{words.keepNothing}</p>
      <p>
        <a href={path} class="btn btn-outline-primary">
          {words.again}
        </a>
      </p>
      {kind === 'status' && (
        <p>
          <a href="/operator">{words.operators}</a>
        </p>
      )}
    </>
  );
}

function Answer(props: {
  language: Language;
  kind: CodeKind;
  answer: FirstLevelResult['answer'];
}): VNode {
  const { language, kind, answer } = props;
  const words = readingWords[language];
  switch (answer.outcome) {
    case 'status':
      return <Areas language={language} answers={answer.areas} />;
    case 'card':
      return answer.valid ? (
        <Notice kind="good" title={`✓ ${words.cardValid}`} />
      ) : (
        <Notice kind="bad" title={`✗ ${words.cardNotValid}`} />
      );
    case 'notRecognised':
      return kind === 'card' ? (
        <Notice kind="bad" title={`✗ ${words.cardNotValid}`} />
      ) : (
        <Notice kind="bad" title={`✗ ${words.notRecognised.title}`}>
          <p>{words.notRecognised.text}</p>
        </Notice>
      );
    case 'notInArchive':
    case 'unavailable':
      return (
        <Notice kind="warn" title={words[answer.outcome].title}>
          <p>{words[answer.outcome].text}</p>
        </Notice>
      );
    case 'throttled':
      return (
        <Notice kind="warn" title={words.throttled.title}>
          <p>{words.throttled.text(Math.ceil(answer.retryAfterMs / 60_000))}</p>
        </Notice>
      );
  }
}

function Areas({ language, answers }: { language: Language; answers: AreaAnswers }): VNode {
  const words = readingWords[language];
  return (
    <>
      <table class="varco-table varco-areas">
        <caption>{words.areas}</caption>
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
              <td class={answers[area] ? 'varco-yes' : 'varco-no'}>
                <span aria-hidden="true">{answers[area] ? '✓ ' : '– '}</span>
                {answers[area] ? words.yes : words.no}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="varco-hint">{words.meaningOfNo}</p>
    </>
  );
}

/** A problem of the code itself, or of the service, before anybody was asked about. */
export function ReadingProblem(props: { title: string; text: string }): VNode {
  return (
    <>
      <h1>{props.title}</h1>
      <p class="lead">{props.text}</p>
    </>
  );
}
