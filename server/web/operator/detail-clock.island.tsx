import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { mountIsland } from '../mount-island.ts';

export interface DetailClockProps {
  seconds: number;
  /** The text for each number of seconds left. */
  left: string[];
  gone: string;
  /** Id of the element that is emptied. */
  target: string;
  /** Where to go afterwards. */
  url: string;
}

/** Counts down, empties the page's detail, and leaves it; a hidden or cached page is emptied at once. */
function DetailClock({ seconds, left, gone, target, url }: DetailClockProps): VNode {
  const [rest, setRest] = useState(seconds);
  useEffect(() => {
    const clear = () => document.getElementById(target)?.replaceChildren();
    const ends = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
      setRest(now);
      if (now === 0) {
        clearInterval(timer);
        clear();
        location.replace(url);
      }
    }, 1000);
    addEventListener('pagehide', clear);
    return () => {
      clearInterval(timer);
      removeEventListener('pagehide', clear);
    };
  }, [seconds, target, url]);
  // A screen reader announces it every half minute, not every second.
  const isSaid = rest % 30 === 0;
  const text = rest === 0 ? gone : (left[rest] ?? '');
  return (
    <p>
      <span role="timer">{text}</span>
      <span class="visually-hidden" role="status">
        {isSaid ? text : ''}
      </span>
    </p>
  );
}

mountIsland('detail-clock', DetailClock);
