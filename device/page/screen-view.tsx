import type { Key } from '../../hardware/ports.ts';
import type { EntryView, Screen } from '../session/screen.ts';
import { IconView } from './icons.tsx';

interface Press {
  press: (key: Key) => void;
}

/** One screen. Help, language and End stand in the same place on every one (WCAG 3.2.6). */
export function ScreenView({ screen, press }: { screen: Screen | undefined } & Press) {
  if (!screen) {
    return (
      <main class="screen neutral">
        <div class="message">
          <IconView icon="wait" />
          <div class="words">
            <h1>Un momento</h1>
            <p lang="en">One moment</p>
          </div>
        </div>
      </main>
    );
  }
  return (
    <main class={`screen ${screen.tone} ${screen.name}`} data-screen={screen.name}>
      <StandingKeys screen={screen} press={press} />
      <div class="message">
        <IconView icon={screen.icon} />
        <div class="words" role="status" aria-live="assertive" aria-atomic="true">
          <h1>{screen.title}</h1>
          <p>{screen.text}</p>
        </div>
      </div>
      {screen.entry && <Entry entry={screen.entry} keys={screen.keys} press={press} />}
      {screen.help && <HelpView screen={screen} press={press} />}
    </main>
  );
}

function StandingKeys({ screen, press }: { screen: Screen } & Press) {
  const { keys } = screen;
  return (
    <nav class="standing" aria-label="varco">
      <button type="button" onClick={() => press({ kind: 'help' })}>
        {keys.help}
      </button>
      <button type="button" onClick={() => press({ kind: 'language' })}>
        {keys.language}: <span lang={screen.language}>{screen.languageName}</span>
      </button>
      {screen.staff && (
        <span class="staff" data-staff={screen.staff}>
          {screen.staffLine}
        </span>
      )}
      <button type="button" class="end" onClick={() => press({ kind: 'end' })}>
        {keys.end}
      </button>
    </nav>
  );
}

const rows = ['1234567890', 'QWERTYUIOP', 'ASDFGHJKL', 'ZXCVBNM'];

function Entry({ entry, keys, press }: { entry: EntryView; keys: Screen['keys'] } & Press) {
  const cells = Array.from({ length: entry.length }, (_, index) => entry.masked[index] ?? '');
  return (
    <section class="entry" aria-label={keys.keypad}>
      <div class="code" aria-hidden="true">
        {cells.map((character, index) => (
          <span key={index} class={index === entry.entered ? 'cell next' : 'cell'}>
            {character}
          </span>
        ))}
      </div>
      <p class="progress" role="status">
        {entry.problem ?? entry.warning ?? entry.progress}
      </p>
      <div class="keys">
        {rows.map((row) => (
          <div class="row" key={row}>
            {[...row].map((character) => (
              <button
                type="button"
                key={character}
                onClick={() => press({ kind: 'character', character })}
              >
                {character}
              </button>
            ))}
          </div>
        ))}
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

function HelpView({ screen, press }: { screen: Screen } & Press) {
  return (
    <section class="help" role="dialog" aria-modal="true" aria-labelledby="help-title">
      <h2 id="help-title">{screen.help?.title}</h2>
      <p>{screen.help?.text}</p>
      <button type="button" class="close" onClick={() => press({ kind: 'help' })}>
        {screen.keys.close}
      </button>
    </section>
  );
}
