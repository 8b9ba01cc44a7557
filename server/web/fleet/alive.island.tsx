import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../../../shared/language.ts';
import { mountIsland } from '../mount-island.ts';
import { formatFor } from './format.ts';
import { openLiveStream, type StreamState } from './live-stream.ts';
import { words } from './page-words.ts';

export interface AliveProps {
  /** Whether the page has the table, and so needs whole rows. */
  rows: boolean;
  /** The last change that is in the page as it was made. */
  lastId: string;
  language: Language;
  /** A wall screen: whoever may only look stays logged in for as long as the page is looked at. */
  stays: boolean;
}

/** Well below the time after which a session without a request ends (`server/login/session-store.ts`). */
const STAY_EVERY_MS = 300_000;

/**
 * Shows that the page is alive: the server's seconds, each from a beat of the stream. Nothing here
 * counts by itself, so when the stream stops, the counter does.
 */
function Alive({ rows, lastId, language, stays }: AliveProps) {
  const [state, setState] = useState<StreamState>({ name: 'connecting', at: undefined });
  useEffect(() => openLiveStream({ rows, lastId, onState: setState }), [rows, lastId]);
  useEffect(() => {
    document.documentElement.toggleAttribute('data-stale', state.name !== 'live');
  }, [state.name]);
  useEffect(() => {
    const ask = () => void (document.hidden || fetch('/fleet/session').catch(() => {}));
    const timer = stays ? setInterval(ask, STAY_EVERY_MS) : undefined;
    return () => clearInterval(timer);
  }, [stays]);
  const format = formatFor(language);
  const time = state.at === undefined ? '–' : format.clock(state.at);
  return (
    <p class={`alive ${state.name}`} data-alive={state.name}>
      <span class="pulse" aria-hidden="true" key={state.at} />
      <span>{state.name === 'live' ? words.alive.live : words.alive.stopped}</span>{' '}
      <time data-beat={state.at}>{time}</time>
      <span class="visually-hidden" role="status">
        {state.name === 'live' || state.at === undefined ? '' : words.alive.stoppedSpoken(time)}
      </span>
      {state.name === 'ended' && (
        <a href={`/login/staff?to=${encodeURIComponent(location.pathname)}`}>{words.alive.logIn}</a>
      )}
    </p>
  );
}

mountIsland<AliveProps>('alive', Alive);
