import type { TargetedInputEvent, VNode } from 'preact';
import { Field } from '../form-parts.tsx';
import type { ReadingWords } from './words/words.ts';

/** The field's name in the form. */
export const CODE_FIELD = 'codice-fiscale';
/** More than this is no codice fiscale, however many separators stand in it. */
export const CODE_LENGTH_MAX = 64;

export interface CodeFieldProps {
  words: Pick<ReadingWords, 'codeLabel' | 'codeHint'>;
  error?: string | undefined;
  /** As typed; absent: what the browser holds. */
  value?: string;
  /** A remark shown while it is typed. */
  remark?: string;
  onInput?: (event: TargetedInputEvent<HTMLInputElement>) => void;
}

/** The field for the codice fiscale, the same with JavaScript and without. */
export function CodeField({ words, error, value, remark, onInput }: CodeFieldProps): VNode {
  return (
    <Field
      id={CODE_FIELD}
      label={words.codeLabel}
      hint={words.codeHint}
      error={error}
      input={{
        type: 'text',
        required: true,
        maxlength: CODE_LENGTH_MAX,
        autocomplete: 'off',
        autocapitalize: 'characters',
        spellcheck: false,
        value,
        onInput,
      }}
    >
      <p class="varco-remark" role="status">
        {remark ?? ''}
      </p>
    </Field>
  );
}
