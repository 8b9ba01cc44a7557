import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { Store } from '../../store/store.ts';
import { demandAnywhere, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';

const viewSchema = z.strictObject({
  title: z.string().trim().min(1).max(60),
  /** The query string of the table's page. */
  query: z.string().max(1_000),
});
export interface SavedView {
  id: string;
  title: string;
  query: string;
}

const VIEWS_MAX = 50;

/** Each account's own ways to look at the table. */
export class SavedViews {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(deps: { store: Store; now: () => number }) {
    this.#store = deps.store;
    this.#now = deps.now;
  }

  async list(who: FleetActor): Promise<SavedView[]> {
    return await this.#store.db
      .selectFrom('saved_view')
      .select(['id', 'title', 'query'])
      .where('account', '=', who.id)
      .orderBy('title')
      .execute();
  }

  /** Keeps it under its title, in the place of one that has it. @throws VarcoError `viewInvalid`, `tooManyViews`. */
  async save(who: FleetActor, input: z.input<typeof viewSchema>): Promise<SavedView> {
    this.#demandOwn(who);
    const { title, query } = parseInput(viewSchema, input, 'viewInvalid');
    return this.#store.transaction(async (tx) => {
      const own = await tx
        .selectFrom('saved_view')
        .select(['id', 'title'])
        .where('account', '=', who.id)
        .execute();
      const id = own.find((view) => view.title === title)?.id ?? randomUUID();
      if (own.length >= VIEWS_MAX && !own.some((view) => view.id === id)) {
        throw new VarcoError('tooManyViews', `${VIEWS_MAX} views are kept for each account`);
      }
      const row = { id, account: who.id, title, query, created_at: this.#now() };
      await tx
        .insertInto('saved_view')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ query }))
        .execute();
      return { id, title, query };
    });
  }

  /** @throws VarcoError `forbidden`. */
  async remove(who: FleetActor, id: string): Promise<void> {
    this.#demandOwn(who);
    await this.#store.db
      .deleteFrom('saved_view')
      .where('id', '=', id)
      .where('account', '=', who.id)
      .execute();
  }

  /** A view is of its account, and of no site: whoever may keep one anywhere may keep it. */
  #demandOwn(who: FleetActor): void {
    demandAnywhere(who, ['fleet.saveView']);
  }
}
