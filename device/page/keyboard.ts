import type { Key } from '../../hardware/ports.ts';

const named: Readonly<Record<string, Key>> = {
  Backspace: { kind: 'backspace' },
  Delete: { kind: 'clear' },
  Enter: { kind: 'confirm' },
  Escape: { kind: 'end' },
  F1: { kind: 'help' },
  F2: { kind: 'language' },
  F3: { kind: 'repeat' },
  F4: { kind: 'accept' },
  F5: { kind: 'volume' },
  F6: { kind: 'contrast' },
  F7: { kind: 'largeText' },
  F8: { kind: 'privacy' },
};

/**
 * The session's key for a key of a keyboard, or nothing. A key with Ctrl, Alt or Meta, a key typed into
 * a field, and Enter on a focused button belong to the browser.
 */
export function keyOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'target'>,
): Key | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return undefined;
  }
  const tag = event.target instanceof Element ? event.target.tagName : '';
  if (tag === 'INPUT' || tag === 'SELECT' || (tag === 'BUTTON' && event.key === 'Enter')) {
    return undefined;
  }
  if (/^[a-zA-Z0-9*#]$/.test(event.key)) {
    return { kind: 'character', character: event.key.toUpperCase() };
  }
  return Object.hasOwn(named, event.key) ? named[event.key] : undefined;
}
