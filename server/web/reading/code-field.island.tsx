import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { problemMessage } from '../../../shared/codice-fiscale/problem-message.ts';
import type { CodiceFiscaleWords } from '../../../shared/codice-fiscale/words/words.ts';
import { mountIsland } from '../mount-island.ts';
import { pageLanguage } from '../page-language.ts';
import { CODE_FIELD, CodeField } from './code-field.tsx';
import type { ReadingWords } from './words/words.ts';

const FULL = 16;
const language = pageLanguage();
const [{ words }, { words: codiceFiscaleWords }]: [
  { words: ReadingWords },
  { words: CodiceFiscaleWords },
] = await Promise.all([
  import(`./words/${language}.ts`),
  import(`../../../shared/codice-fiscale/words/${language}.ts`),
]);

/** The field that says as one types what is wrong, with the core that the server and the gates use. */
function LiveCodeField(props: { error?: string }): VNode {
  const place = useRef<HTMLDivElement>(null);
  const [value, setValue] = useState('');
  // The server's complaint about the last try stays until something is typed.
  const [error, setError] = useState(props.error);
  const complaintOf = (text: string) => {
    const parsed = parse(text);
    const [problem] = parsed.ok || parsed.doubtful ? [] : parsed.problems;
    return problem && problemMessage(problem, codiceFiscaleWords);
  };
  useEffect(() => {
    const form = place.current?.closest('form');
    const check = (event: Event) => {
      const field = place.current?.querySelector<HTMLInputElement>(`#${CODE_FIELD}`);
      const complaint = field && complaintOf(field.value);
      if (complaint) {
        event.preventDefault();
        setError(complaint);
        field.focus();
      }
    };
    form?.addEventListener('submit', check);
    return () => form?.removeEventListener('submit', check);
  });
  const count = value.replace(/[^0-9a-z]/gi, '').length;
  const complaint = count >= FULL ? complaintOf(value) : undefined;
  let remark = count === 0 ? '' : words.typed(count);
  if (count >= FULL && !complaint) {
    remark = words.wellFormed;
  }
  return (
    <div ref={place}>
      <CodeField
        words={words}
        error={complaint ?? error}
        value={value}
        remark={remark}
        onInput={(event) => {
          const field = event.currentTarget;
          const caret = field.selectionStart;
          const typed = field.value.toUpperCase();
          field.value = typed;
          field.setSelectionRange(caret, caret);
          setError(undefined);
          setValue(typed);
        }}
      />
    </div>
  );
}

mountIsland('code-field', LiveCodeField);
