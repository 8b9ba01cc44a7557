import { errorCode } from '../../../shared/errors.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';

/** The channel of {@link Store.notify} between nodes. */
export const FLEET_CHANNEL = 'varco_fleet';
/** Below PostgreSQL's 8,000 bytes of one notice. */
const NOTICE_LENGTH_MAX = 7_000;

/** What one node tells the others; the tables hold the truth. */
export interface NodeNotice {
  /** Gates whose kiosks said something. */
  said?: string[];
  /** A kiosk that connected here, and when: an older connection elsewhere is over. */
  came?: { kiosk: string; at: number };
  /** Places, keys or desired configs changed. */
  changed?: true;
}

/** News between the nodes of one fleet; the tables hold the truth, so that what is lost is read later. */
export class NodeBus {
  readonly #store: Store;
  readonly #node: string;
  readonly #log: Log;

  constructor(deps: { store: Store; node: string; log: Log }) {
    this.#store = deps.store;
    this.#node = deps.node;
    this.#log = deps.log;
  }

  /** Tells the other nodes, in as many notices as it takes. Never throws. */
  tell(notice: NodeNotice): void {
    const { said, ...rest } = notice;
    const notices = said ? portions(said).map((part) => ({ ...rest, said: part })) : [rest];
    for (const one of notices) {
      const payload = JSON.stringify({ from: this.#node, ...one });
      this.#store.notify(FLEET_CHANNEL, payload).catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'other nodes were not told');
      });
    }
  }

  /** Hears the other nodes; the returned function ends it. */
  listen(heard: (notice: NodeNotice, from: string) => Promise<void>): Promise<() => Promise<void>> {
    return this.#store.listen(FLEET_CHANNEL, (payload) => {
      const { from, ...notice } = JSON.parse(payload) as NodeNotice & { from: string };
      if (from !== this.#node) {
        heard(notice, from).catch((error: unknown) =>
          this.#log.warn({ code: errorCode(error) }, 'news of another node was not read'),
        );
      }
    });
  }
}

/** Ids in portions that each fit in one notice. */
function portions(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  let length = NOTICE_LENGTH_MAX;
  for (const id of ids) {
    length += id.length + 3;
    if (length > NOTICE_LENGTH_MAX) {
      all.push([]);
      length = id.length + 100;
    }
    all.at(-1)?.push(id);
  }
  return all;
}
