import type { Topic } from './live-events.ts';
import { onLiveNews } from './live-stream.ts';

/**
 * Parts of a page that the server makes anew when what they are about has changed. The page is fetched
 * once, as whoever is logged in may see it, and the parts that differ are put in the place of the old:
 * what is shown is made in one place, and the server alone decides who sees it.
 */
interface PartProps {
  on: readonly Topic[];
  /** The page that has the part; absent: this one. */
  url?: string;
}

/** Between two fetches, so that a storm of changes costs a page one a second. */
const BETWEEN_MS = 1_000;

const places = [...document.querySelectorAll<HTMLElement>('[data-island="live-part"]')];
const propsOf = (place: HTMLElement) => JSON.parse(place.dataset.props ?? '{}') as PartProps;
const touched = new Set<HTMLElement>();
let timer: ReturnType<typeof setTimeout> | undefined;
let lastAt = Number.NEGATIVE_INFINITY;

function touch(place: HTMLElement): void {
  touched.add(place);
  if (timer !== undefined) {
    return;
  }
  timer = setTimeout(() => void refresh(), Math.max(0, lastAt + BETWEEN_MS - performance.now()));
}

async function refresh(): Promise<void> {
  const parts = [...touched];
  touched.clear();
  timer = undefined;
  lastAt = performance.now();
  for (const url of new Set(parts.map((place) => propsOf(place).url ?? location.href))) {
    try {
      const answer = await fetch(url, { headers: { accept: 'text/html' } });
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

onLiveNews((news) => {
  if (news.name === 'beat') {
    return;
  }
  for (const place of places) {
    const { on } = propsOf(place);
    if (news.name === 'reset' || on.some((topic) => news.change.topics.includes(topic))) {
      touch(place);
    }
  }
});
