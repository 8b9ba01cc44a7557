import { useState } from 'preact/hooks';
import type { Key } from '../../hardware/ports.ts';
import type { EntryView, Screen } from '../session/screen.ts';

interface EntryProps {
  entry: EntryView;
  keys: Screen['keys'];
  press: (key: Key) => void;
}

/** The code being typed, masked, with the keys that can come next. */
export function Entry({ entry, keys, press }: EntryProps) {
  const letters = useLetters(entry);
  return (
    <section class="entry" aria-label={keys.keypad}>
      <Cells entry={entry} />
      <Said entry={entry} />
      <div class="pad">
        {entry.method === 'direct' ? (
          <FullKeys entry={entry} letters={letters.shown} press={press} />
        ) : (
          <TwelveKeys entry={entry} press={press} />
        )}
      </div>
      <div class="row actions">
        {letters.optional && (
          <button type="button" onClick={letters.toggle}>
            {letters.shown ? keys.digits : keys.letters}
          </button>
        )}
        <button type="button" class="spare" onClick={() => press({ kind: 'clear' })}>
          {keys.clear}
        </button>
        <button type="button" onClick={() => press({ kind: 'backspace' })}>
          {keys.backspace}
        </button>
        {entry.suggestion && (
          <button type="button" onClick={() => press({ kind: 'accept' })}>
            {keys.accept}
          </button>
        )}
        <button type="button" class="confirm" onClick={() => press({ kind: 'confirm' })}>
          {keys.confirm}
        </button>
      </div>
    </section>
  );
}

/** How far the entry is, or what is to be said about it; a screen reader announces each change. */
function Said({ entry }: Pick<EntryProps, 'entry'>) {
  const about = entry.problem ?? entry.warning;
  return (
    // A long text scrolls on a small glass, and must by keys alone.
    <div role="status" class={about ? 'said' : 'progress'} tabIndex={about ? 0 : undefined}>
      <p>
        {about ?? entry.progress} {entry.suggestion}
      </p>
    </div>
  );
}

/** One place a character; a problem marks its places with a shape, not with colour alone. */
function Cells({ entry }: { entry: EntryView }) {
  const cells = Array.from({ length: entry.length }, (_, index) => {
    const state = entry.positions.includes(index + 1)
      ? 'wrong'
      : index === entry.entered
        ? 'next'
        : '';
    return (
      <span key={index} class={`cell ${state}`}>
        {entry.masked[index] ?? ''}
      </span>
    );
  });
  return (
    <div class="code" aria-hidden="true" data-length={entry.length}>
      {cells}
    </div>
  );
}

const digitRows = ['12345', '67890'];
const letterRows = ['QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'];

/**
 * Whether letters or digits are on the keys. Where both may come (the letters of omocodia, the digits of
 * a provisional code) one key changes them, for this character only.
 */
function useLetters(entry: EntryView) {
  const [changedAt, setChangedAt] = useState(-1);
  const optional = entry.method === 'direct' && entry.digits && entry.letters !== '';
  const changed = optional && changedAt === entry.entered;
  const usual = !entry.digits || (entry.entered === 0 && entry.letters !== '');
  return {
    optional,
    shown: changed ? !usual : usual,
    toggle: () => setChangedAt(changed ? -1 : entry.entered),
  };
}

interface FullKeysProps {
  entry: EntryView;
  letters: boolean;
  press: (key: Key) => void;
}

/** Keys that can't come next stay in their place and can't be pressed. */
function FullKeys({ entry, letters, press }: FullKeysProps) {
  const allowed = letters ? entry.letters : entry.digits ? '0123456789' : '';
  return (
    <>
      {(letters ? letterRows : digitRows).map((row) => (
        <div class={`row ${letters ? 'letters' : 'digits'}`} key={row}>
          {[...row].map((character) => (
            <CharacterKey
              key={character}
              character={character}
              allowed={allowed.includes(character)}
              press={press}
            />
          ))}
        </div>
      ))}
    </>
  );
}

interface CharacterKeyProps {
  character: string;
  allowed: boolean;
  press: (key: Key) => void;
}

function CharacterKey({ character, allowed, press }: CharacterKeyProps) {
  return (
    <button
      type="button"
      aria-disabled={!allowed}
      onClick={() => allowed && press({ kind: 'character', character })}
    >
      {character}
    </button>
  );
}

const twelve = ['123', '456', '789', '*0#'];

/** A telephone's keys (ITU-T E.161) with the letters that each can give now. */
function TwelveKeys({ entry, press }: Pick<EntryProps, 'entry' | 'press'>) {
  return (
    <>
      {twelve.map((row) => (
        <div class="row twelve" key={row}>
          {[...row].map((character) => (
            <button
              type="button"
              key={character}
              onClick={() => press({ kind: 'character', character })}
            >
              <span>{character}</span>{' '}
              <span class="letters-of-key">{entry.keyLetters[character] ?? ''}</span>
            </button>
          ))}
        </div>
      ))}
    </>
  );
}
