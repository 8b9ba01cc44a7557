import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { TableRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { ActivityLog } from './activity-log.ts';
import { demand, type FleetActor } from './actor.ts';
import type { Expiry } from './expiry.ts';
import { parseInput } from './parse-input.ts';
import { type Scope, scopes } from './permissions.ts';
import { type Role, roles } from './roles.ts';

/** How a token begins, so that a scanner for leaked secrets knows it. */
export const TOKEN_PREFIX = 'varco_';
const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^varco_[A-Za-z0-9_-]{43}$/;
const DAY_MS = 86_400_000;
/** When a token was last used is kept to the minute. */
const USED_EVERY_MS = 60_000;
const TOKENS_MAX = 1_000;

export const newTokenSchema = z.strictObject({
  title: z.string().trim().min(1).max(80),
  scopes: z.array(z.enum(scopes)).min(1).max(scopes.length),
  /** What the token may do at most; its scopes narrow it further. */
  role: z.enum(roles).default('viewer'),
  sites: z.union([z.literal('all'), z.array(z.string().min(1).max(64)).min(1).max(1_000)]),
  days: z.number().int().min(1).max(366).default(90),
});
export type NewToken = z.input<typeof newTokenSchema>;

export interface ApiToken {
  id: string;
  title: string;
  role: Role;
  sites: 'all' | string[];
  scopes: Scope[];
  createdAt: number;
  createdBy: string;
  expiresAt: number;
  lastUsedAt?: number | undefined;
  revokedAt?: number | undefined;
}

/** Programs' keys to the API: shown once, kept as a hash, for some sites, some acts and some time. */
export class ApiTokens {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #now: () => number;

  constructor(deps: { store: Store; activity: ActivityLog; now: () => number }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#now = deps.now;
  }

  /** @returns the token itself, which nobody can show again. @throws VarcoError `forbidden`, `tokenInvalid`. */
  async create(who: FleetActor, input: NewToken): Promise<{ token: string; about: ApiToken }> {
    demand(who, 'token.manage');
    const {
      title,
      scopes: wanted,
      role,
      sites,
      days,
    } = parseInput(newTokenSchema, input, 'tokenInvalid');
    const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
    const createdAt = this.#now();
    const about: ApiToken = {
      id: randomUUID(),
      title,
      role,
      sites,
      scopes: [...new Set(wanted)],
      createdAt,
      createdBy: who.id,
      expiresAt: createdAt + days * DAY_MS,
    };
    await this.#store.transaction(async (tx) => {
      const { count } = await tx
        .selectFrom('api_token')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', createdAt)
        .executeTakeFirstOrThrow();
      if (Number(count) >= TOKENS_MAX) {
        throw new VarcoError('tooManyTokens', `There are ${TOKENS_MAX} tokens already`);
      }
      await tx
        .insertInto('api_token')
        .values({
          id: about.id,
          token_hash: hashOf(token),
          title,
          role,
          sites: JSON.stringify(sites),
          scopes: JSON.stringify(about.scopes),
          created_at: createdAt,
          created_by: who.id,
          expires_at: about.expiresAt,
        })
        .execute();
      const body = { token: about.id, title, role, sites, scopes: about.scopes };
      await this.#activity.note(tx, [{ kind: 'token.created', actor: who.id, body }]);
    });
    return { token, about };
  }

  async list(who: FleetActor): Promise<ApiToken[]> {
    demand(who, 'token.manage');
    const rows = await this.#store.db
      .selectFrom('api_token')
      .selectAll()
      .orderBy('created_at', 'desc')
      .limit(TOKENS_MAX)
      .execute();
    return rows.map(fromRow);
  }

  /** @throws VarcoError `forbidden`, `tokenUnknown`. */
  async revoke(who: FleetActor, id: string): Promise<void> {
    demand(who, 'token.manage');
    await this.#store.transaction(async (tx) => {
      const row = await tx
        .updateTable('api_token')
        .set({ revoked_at: this.#now() })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .returning('title')
        .executeTakeFirst();
      if (!row) {
        throw new VarcoError('tokenUnknown', `There is no token ${id}`);
      }
      const body = { token: id, title: row.title };
      await this.#activity.note(tx, [{ kind: 'token.revoked', actor: who.id, body }]);
    });
  }

  /** Whose token this is; undefined for one that is unknown, revoked or past its time. */
  async find(token: string): Promise<FleetActor | undefined> {
    if (!TOKEN_SHAPE.test(token)) {
      return undefined;
    }
    const now = this.#now();
    const row = await this.#store.db
      .selectFrom('api_token')
      .selectAll()
      .where('token_hash', '=', hashOf(token))
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    if (!row) {
      return undefined;
    }
    if (now - (row.last_used_at ?? 0) >= USED_EVERY_MS) {
      await this.#store.db
        .updateTable('api_token')
        .set({ last_used_at: now })
        .where('id', '=', row.id)
        .execute();
    }
    const { id, title, role, sites, scopes: ofToken } = fromRow(row);
    return { id: `token:${id}`, name: title, role, sites, scopes: ofToken };
  }

  /** When tokens in use end. */
  async expiries(): Promise<Expiry[]> {
    const rows = await this.#store.db
      .selectFrom('api_token')
      .select(['title', 'expires_at'])
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', this.#now())
      .where('last_used_at', 'is not', null)
      .execute();
    return rows.map(({ title, expires_at }) => ({ name: `token ${title}`, at: expires_at }));
  }
}

/** A token has 256 random bits: one round of a plain hash keeps it, and finds it by an index. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function fromRow(row: TableRow<'api_token'>): ApiToken {
  return {
    id: row.id,
    title: row.title,
    role: row.role as Role,
    sites: JSON.parse(row.sites),
    scopes: JSON.parse(row.scopes),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
