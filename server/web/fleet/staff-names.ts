/** Names are read again after this: somebody may have been invited or renamed. */
const FRESH_MS = 30_000;

/** Whose an act was, in words: the log holds ids, people look for names. */
export class StaffNames {
  readonly #read: () => Promise<readonly { id: string; name: string }[]>;
  readonly #now: () => number;
  #names: ReadonlyMap<string, string> = new Map();
  #readAt: number | undefined;

  constructor(deps: {
    staff: () => Promise<readonly { id: string; name: string }[]>;
    now: () => number;
  }) {
    this.#read = deps.staff;
    this.#now = deps.now;
  }

  /** How actors are called. Never rejects: where names can't be read, ids stand. */
  async words(): Promise<(actor: string) => string> {
    const now = this.#now();
    if (this.#readAt === undefined || now - this.#readAt >= FRESH_MS) {
      this.#readAt = now;
      try {
        this.#names = new Map((await this.#read()).map(({ id, name }) => [id, name]));
      } catch {
        // Whoever looks at a page of the fleet needs it most when the rest is out of order.
      }
    }
    const names = this.#names;
    return (actor) => {
      const [, kind, id = ''] = /^(staff|kiosk|token):(.*)$/.exec(actor) ?? [];
      return kind === undefined ? actor : kind === 'staff' ? names.get(id) || id : id;
    };
  }
}
