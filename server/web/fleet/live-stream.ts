import { LIVE_EVENT, type LiveChange, type LiveUpdate } from './live-events.ts';

/** What the page knows of its stream. */
export interface StreamState {
  /** `ended`: the session is over, and coming back needs a person. */
  name: 'connecting' | 'live' | 'stopped' | 'ended';
  /** The server's time at the last beat, Unix ms. */
  at: number | undefined;
}

export interface StreamOptions {
  rows: boolean;
  /** The last change that the page has. */
  lastId: string;
  onState(state: StreamState): void;
}

/** Without a beat for this long, the stream has stopped, whatever the browser believes. */
const SILENCE_MAX_MS = 3_500;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 15_000;

/** Hands an update to the page's islands, which listen on the document. */
function dispatch(detail: LiveUpdate): void {
  document.dispatchEvent(new CustomEvent<LiveUpdate>(LIVE_EVENT, { detail }));
}

/** Calls for each update of the page's stream; the returned function ends it. */
export function onLiveUpdate(onUpdate: (update: LiveUpdate) => void): () => void {
  const listener = (event: Event) => {
    if (event instanceof CustomEvent) {
      onUpdate(event.detail);
    }
  };
  document.addEventListener(LIVE_EVENT, listener);
  return () => document.removeEventListener(LIVE_EVENT, listener);
}

/**
 * Keeps the page's one stream open. A page that nobody looks at lets it go (a browser has six
 * connections to a server, and a phone one battery) and fetches what it missed when it is looked at again.
 */
export function openLiveStream(options: StreamOptions): () => void {
  let { lastId } = options;
  let source: EventSource | undefined;
  let state: StreamState = { name: 'connecting', at: undefined };
  let silence: ReturnType<typeof setTimeout> | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  const become = (name: StreamState['name'], at = state.at) => {
    state = { name, at };
    options.onState(state);
  };
  const close = () => {
    clearTimeout(silence);
    clearTimeout(retry);
    source?.close();
    source = undefined;
  };
  const again = async () => {
    close();
    become('stopped');
    const status = await fetch('/fleet/session', { redirect: 'manual' }).then(
      (answer) => answer.status,
      () => undefined,
    );
    if (status === 401 || status === 403) {
      become('ended');
      return;
    }
    failures += 1;
    const most = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures);
    retry = setTimeout(open, RETRY_FIRST_MS + Math.random() * (most - RETRY_FIRST_MS));
  };
  const onBeat = (at: number) => {
    failures = 0;
    clearTimeout(silence);
    silence = setTimeout(again, SILENCE_MAX_MS);
    become('live', at);
    dispatch({ name: 'beat', at });
  };
  const keepId = (event: MessageEvent) => {
    lastId = event.lastEventId || lastId;
  };
  const open = () => {
    close();
    if (document.hidden) {
      return;
    }
    const query = new URLSearchParams(
      options.rows ? { after: lastId, rows: '1' } : { after: lastId },
    );
    source = new EventSource(`/fleet/events?${query}`);
    silence = setTimeout(again, SILENCE_MAX_MS * 2);
    source.addEventListener('beat', (event) => onBeat(JSON.parse(event.data).at));
    source.addEventListener('change', (event) => {
      keepId(event);
      const change: LiveChange = JSON.parse(event.data);
      dispatch({ name: 'change', run: lastId.split('.')[0] ?? '', change });
    });
    source.addEventListener('reset', (event) => {
      keepId(event);
      dispatch({ name: 'reset' });
    });
    // The browser would come back by itself, but not after every answer, and not with what we know.
    source.addEventListener('error', () => void again());
  };
  const looked = () => {
    if (document.hidden) {
      close();
      become('stopped');
    } else {
      open();
    }
  };
  document.addEventListener('visibilitychange', looked);
  open();
  return () => {
    document.removeEventListener('visibilitychange', looked);
    close();
  };
}
