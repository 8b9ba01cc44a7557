import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { mountIsland } from '../mount-island.ts';
import { type LiveCode, LiveSymbol, type LiveWords } from './live-view.tsx';

/** A code holds for half a minute after the next one is due. */
const GRACE_MS = 30_000;
const TICK_MS = 1000;
/** After a failure the next try. */
const RETRY_MS = 3000;
/** A screen reader announces the time left at this many seconds, and each new code. */
const SPOKEN_AT_S = 10;

interface Held {
  code: LiveCode;
  /** By the page's own clock. */
  renewAt: number;
}

/** The live code that renews itself, while the screen stays awake. */
function Live(props: { first: LiveCode; words: LiveWords }): VNode {
  const { words } = props;
  const hold = (code: LiveCode): Held => ({ code, renewAt: performance.now() + code.renewInMs });
  const [held, setHeld] = useState(() => hold(props.first));
  const [now, setNow] = useState(performance.now());
  const [lost, setLost] = useState(false);
  const [spoken, setSpoken] = useState('');
  const nextTry = useRef(0);
  const busy = useRef(false);
  useAwake();

  const renew = async () => {
    busy.current = true;
    try {
      const answer = await fetch('/portal/live/now', { headers: { accept: 'application/json' } });
      if (!answer.ok) {
        throw new Error(String(answer.status));
      }
      const code: LiveCode = await answer.json();
      setHeld(hold(code));
      setLost(false);
      setSpoken(words.renewed);
    } catch {
      setLost(true);
      nextTry.current = performance.now() + RETRY_MS;
    } finally {
      busy.current = false;
    }
  };

  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (now >= held.renewAt && now >= nextTry.current && !busy.current) {
      void renew();
    }
  });

  // The tick may be older than the code.
  const leftMax = words.remaining.length - 1;
  const left = Math.min(leftMax, Math.max(0, Math.ceil((held.renewAt - now) / 1000)));
  const remaining = words.remaining[left] ?? '';
  useEffect(() => {
    if (left === SPOKEN_AT_S) {
      setSpoken(remaining);
    }
  }, [left, remaining]);
  const over = now > held.renewAt + GRACE_MS;
  return (
    <>
      {!over && <LiveSymbol image={held.code.image} alt={words.alt} />}
      <p class="varco-countdown" role="timer">
        {remaining}
      </p>
      <p class="visually-hidden" aria-live="polite">
        {spoken}
      </p>
      {lost && (
        <div class="varco-notice varco-notice-warn" role="alert">
          <p>{words.lost}</p>
          <button type="button" class="btn btn-primary" onClick={() => void renew()}>
            {words.reload}
          </button>
        </div>
      )}
    </>
  );
}

/** Asks the screen to stay on while the page is looked at, where the browser knows how. */
function useAwake(): void {
  useEffect(() => {
    let lock: { release(): Promise<void> } | undefined;
    const ask = () => {
      if (document.visibilityState === 'visible') {
        navigator.wakeLock?.request('screen').then(
          (granted) => {
            lock = granted;
          },
          () => {
            // Battery saver, or no permission: the person touches the screen now and then.
          },
        );
      }
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}

mountIsland('live-code', Live);
