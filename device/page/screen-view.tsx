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
      class={`screen ${screen.tone} ${screen.name} ${screen.entry ? 'typing' : ''}`}
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
          {screen.receipt && <ReceiptLines receipt={screen.receipt} />}
          {screen.selfTest && <SelfTestLines results={screen.selfTest} />}
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

/** What may be noted down or photographed: the number first. */
function ReceiptLines({ receipt }: { receipt: NonNullable<Screen['receipt']> }) {
  return (
    <dl class="receipt" aria-label={receipt.heading}>
      {receipt.lines.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** For staff: each part with a sign and its code. */
function SelfTestLines({ results }: { results: NonNullable<Screen['selfTest']> }) {
  return (
    <ul class="self-test" lang="en">
      {results
        .filter(({ result }) => result !== 'absent')
        .map((one) => (
          <li key={one.part} class={one.result}>
            {one.result === 'failed' ? `✗ ${one.part}: ${one.code}` : `✓ ${one.part}`}
          </li>
        ))}
    </ul>
  );
}

/** Keys that stand in the same place on every screen. */
function StandingKeys({ screen, press }: { screen: Screen } & Press) {
  const { keys, look } = screen;
  return (
    <nav class="standing" aria-label="varco">
      <button type="button" onClick={() => press({ kind: 'help' })}>
        <Label word={keys.help} short="?" />
      </button>
      <button type="button" onClick={() => press({ kind: 'language' })}>
        <Label
          word={`${keys.language}: ${screen.languageName}`}
          short={screen.language.toUpperCase()}
        />
      </button>
      <button type="button" onClick={() => press({ kind: 'privacy' })}>
        <Label word={keys.privacy} short="§" />
      </button>
      <button
        type="button"
        class="sign"
        aria-label={`A+ ${keys.largeText}`}
        aria-pressed={look.letters === 'large'}
        onClick={() => press({ kind: 'largeText' })}
      >
        A+
      </button>
      <button
        type="button"
        class="sign"
        aria-label={`◐ ${keys.contrast}`}
        aria-pressed={look.contrast === 'high'}
        onClick={() => press({ kind: 'contrast' })}
      >
        ◐
      </button>
      {screen.staff && (
        <span class="staff" data-staff={screen.staff}>
          <Label word={screen.staffLine ?? ''} short="⚠" />
        </span>
      )}
      <button type="button" class="end" onClick={() => press({ kind: 'end' })}>
        {keys.end}
      </button>
    </nav>
  );
}

/** Words, and the sign that stands for them where there is no room. */
function Label({ word, short }: { word: string; short: string }) {
  return (
    <>
      <span class="word">{word}</span>
      <span class="short" aria-hidden="true">
        {short}
      </span>
    </>
  );
}

function HelpView({ screen, press }: { screen: Screen } & Press) {
  const close = useRef<HTMLButtonElement>(null);
  // The text is read from its beginning, wherever the key that closes it stands.
  useEffect(() => close.current?.focus({ preventScroll: true }), []);
  const kind = screen.over === 'privacy' ? 'privacy' : 'help';
  return (
    <section class="help" role="dialog" aria-modal="true" aria-labelledby="help-title">
      <h2 id="help-title">{screen.help?.title}</h2>
      <p>{screen.help?.text}</p>
      <button ref={close} type="button" class="close" onClick={() => press({ kind })}>
        {screen.keys.close}
      </button>
    </section>
  );
}
