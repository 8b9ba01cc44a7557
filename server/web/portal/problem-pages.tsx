import type { VNode } from 'preact';
import { ActionButton } from './action-button.tsx';
import type { PortalWords } from './words/words.ts';

/** What nobody may do for another. */
export function OwnOnly({ words, csrf }: { words: PortalWords; csrf: string }): VNode {
  return (
    <>
      <h1>{words.acting.notForDelegates.title}</h1>
      <p class="lead">{words.acting.notForDelegates.text}</p>
      <ActionButton action="/portal/for/stop" csrf={csrf} label={words.acting.stop} />
    </>
  );
}

/** A form came from a page of somebody else's session, or of an older one: nothing was done. */
export function SessionChanged({ words }: { words: PortalWords }): VNode {
  return (
    <>
      <h1>{words.sessionChanged.title}</h1>
      <p class="lead">{words.sessionChanged.text}</p>
      <a href="/portal" class="btn btn-primary">
        {words.backHome}
      </a>
    </>
  );
}
