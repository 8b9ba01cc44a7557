import type { Topic } from './live-events.ts';
import { onLiveUpdate } from './live-stream.ts';

/**
 * Parts of a page that the server renders again when what they show has changed. The page is fetched
 * once, as whoever is logged in may see it, and the parts that differ are put in the place of the old:
 * what is shown is made in one place, and the server alone decides who sees it.
 */
interface PartProps {
  on: readonly Topic[];
  /** The page that has the part; absent: this one. */
  url?: string;
}

/**
 * Between two fetches: short after a quiet time, so that what happens is seen at once, and longer with each
 * that follows another, so that a storm of changes costs a page no more than two a second.
 */
const BETWEEN_MS = 100;
const BETWEEN_MAX_MS = 600;
/** A server that says nothing is not waited for: the next change comes here again. */
const FETCH_MS = 10_000;

const places = [...document.querySelectorAll<HTMLElement>('[data-island="live-part"]')];
const propsOf = (place: HTMLElement): PartProps => JSON.parse(place.dataset.props ?? '{}');
const touched = new Set<HTMLElement>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastAt = Number.NEGATIVE_INFINITY;
let betweenMs = BETWEEN_MS;
let isFetching = false;

function touch(place: HTMLElement): void {
  touched.add(place);
  schedule();
}

/** One fetch at a time: an answer that was overtaken would put the old in the place of the new. */
function schedule(): void {
  if (timer !== undefined || isFetching || touched.size === 0) {
    return;
  }
  const passedMs = performance.now() - lastAt;
  betweenMs = passedMs > 3 * BETWEEN_MAX_MS ? BETWEEN_MS : betweenMs;
  timer = setTimeout(
    async () => {
      timer = undefined;
      betweenMs = Math.min(BETWEEN_MAX_MS, betweenMs * 2);
      isFetching = true;
      await refresh();
      isFetching = false;
      lastAt = performance.now();
      schedule();
    },
    Math.max(0, betweenMs - passedMs),
  );
}

/** Never rejects. */
async function refresh(): Promise<void> {
  const parts = [...touched];
  touched.clear();
  for (const url of new Set(parts.map((place) => propsOf(place).url ?? location.href))) {
    try {
      const answer = await fetch(url, {
        headers: { accept: 'text/html' },
        signal: AbortSignal.timeout(FETCH_MS),
      });
      if (!answer.ok || answer.redirected) {
        continue;
      }
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const place of parts.filter((one) => (propsOf(one).url ?? location.href) === url)) {
        const made = page.getElementById(place.id);
        if (made) {
          put(place, made);
        }
      }
    } catch {
      // The stream says that the server is away; when it is back, the next change comes here again.
    }
  }
}

/** Puts the new in the place of the old; the focus and what was unfolded stay as they are. */
function put(place: HTMLElement, made: HTMLElement): void {
  if (place.innerHTML === made.innerHTML || isBeingTypedIn(place)) {
    return;
  }
  const focused = place.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const unfolded = [...place.querySelectorAll('details[open][id]')].map(({ id }) => id);
  place.replaceChildren(...made.childNodes);
  for (const id of unfolded) {
    place.querySelector(`#${CSS.escape(id)}`)?.setAttribute('open', '');
  }
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/** Nothing is taken away under somebody's hands. */
function isBeingTypedIn(place: HTMLElement): boolean {
  const active = document.activeElement;
  return place.contains(active) && !!active?.matches('input, textarea, select');
}

onLiveUpdate((update) => {
  if (update.name === 'beat') {
    return;
  }
  for (const place of places) {
    const { on } = propsOf(place);
    if (update.name === 'reset' || on.some((topic) => update.change.topics.includes(topic))) {
      touch(place);
    }
  }
});
