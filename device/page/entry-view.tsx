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
  return (
    <section class="entry" aria-label={keys.keypad}>
      <Cells entry={entry} />
      <p class="progress" role="status">
        {entry.problem ?? entry.warning ?? entry.progress}
      </p>
      {entry.suggestion && (
        <p class="suggestion" role="status">
          {entry.suggestion}{' '}
          <button type="button" onClick={() => press({ kind: 'accept' })}>
            {keys.accept}
          </button>
        </p>
      )}
      <div class="keys">
        {entry.method === 'direct' ? (
          <FullKeys entry={entry} keys={keys} press={press} />
        ) : (
          <TwelveKeys entry={entry} press={press} />
        )}
        <div class="row actions">
          <button type="button" onClick={() => press({ kind: 'clear' })}>
            {keys.clear}
          </button>
          <button type="button" onClick={() => press({ kind: 'backspace' })}>
            {keys.backspace}
          </button>
          <button type="button" class="confirm" onClick={() => press({ kind: 'confirm' })}>
            {keys.confirm}
          </button>
        </div>
      </div>
    </section>
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
 * Letters where letters stand, large digits where digits stand; where a digit stands, the letters of
 * omocodia are one key away. Keys that can't come next stay in their place and can't be pressed.
 */
function FullKeys({ entry, keys, press }: EntryProps) {
  const [lettersAt, setLettersAt] = useState(-1);
  const both = entry.digits && entry.letters !== '';
  const begins = entry.entered === 0;
  const showsLetters = entry.digits ? (both && lettersAt === entry.entered) !== begins : true;
  const toggle = () => setLettersAt(lettersAt === entry.entered ? -1 : entry.entered);
  const rows = showsLetters ? letterRows : digitRows;
  const allowed = showsLetters ? entry.letters : entry.digits ? '0123456789' : '';
  return (
    <>
      {rows.map((row, index) => (
        <div class={`row ${showsLetters ? 'letters' : 'digits'}`} key={row}>
          {[...row].map((character) => (
            <CharacterKey
              key={character}
              character={character}
              allowed={allowed.includes(character)}
              press={press}
            />
          ))}
          {both && index === rows.length - 1 && (
            <button type="button" class="toggle" onClick={toggle}>
              {showsLetters ? keys.digits : keys.letters}
            </button>
          )}
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
              aria-label={character}
              onClick={() => press({ kind: 'character', character })}
            >
              <span>{character}</span>
              <span class="letters-of-key">{entry.keyLetters[character] ?? ''}</span>
            </button>
          ))}
        </div>
      ))}
    </>
  );
}
