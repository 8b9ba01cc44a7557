import { useEffect, useRef } from 'preact/hooks';
import type { Key } from '../../hardware/ports.ts';
import type { Screen } from '../session/screen.ts';
import { Entry } from './entry-view.tsx';
import { IconView } from './icons.tsx';

interface Press {
  press: (key: Key) => void;
}

/** One screen. Help, language and End stand in the same place on every one (WCAG 3.2.6). */
export function ScreenView({ screen, press }: { screen: Screen | undefined } & Press) {
  if (!screen) {
    return (
      <main class="screen neutral" key="waiting">
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
    <main
      class={`screen ${screen.tone} ${screen.name}`}
      data-screen={screen.name}
      key="screen"
      onMouseDown={keepFocus}
    >
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

/**
 * A finger on a touch key must not take the focus: the next Enter, from a keypad, is for the session and
 * not for the key that was touched last. Tab still moves the focus.
 */
function keepFocus(event: MouseEvent) {
  event.preventDefault();
}

function StandingKeys({ screen, press }: { screen: Screen } & Press) {
  const { keys } = screen;
  return (
    <nav class="standing" aria-label="varco">
      <button type="button" onClick={() => press({ kind: 'help' })}>
        {keys.help}
      </button>
      <button type="button" onClick={() => press({ kind: 'language' })}>
        <span class="prefix">{keys.language}: </span>
        {screen.languageName}
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

function HelpView({ screen, press }: { screen: Screen } & Press) {
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => close.current?.focus(), []);
  return (
    <section class="help" role="dialog" aria-modal="true" aria-labelledby="help-title">
      <h2 id="help-title">{screen.help?.title}</h2>
      <p>{screen.help?.text}</p>
      <button ref={close} type="button" class="close" onClick={() => press({ kind: 'help' })}>
        {screen.keys.close}
      </button>
    </section>
  );
}
