import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { ErrorCode } from '../../../shared/error-codes.ts';
import { VarcoError } from '../../../shared/errors.ts';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { may, visibleSites } from '../../fleet/access/permissions.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { httpStatusOf } from '../../http-status.ts';
import type { Log } from '../../log.ts';
import { actingOf, csrfOf, safePath, staffOf } from '../../login/request-session.ts';
import type { SessionStore } from '../../login/session-store.ts';
import type { Policies } from '../../policies/policies.ts';
import { accountOf } from '../login/account.ts';
import type { Pages } from '../page-renderer.tsx';
import { queryOf, valueIn } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import type { NavigationLink } from '../shell/shell.tsx';
import { eventId } from './event-stream.ts';
import { Frame, type Theme, themes, type View } from './fleet-frame.tsx';
import { fleetWords } from './fleet-words.ts';
import { formatFor } from './format.ts';
import type { LiveHub, Scope } from './live-hub.ts';
import { StaffNames } from './staff-names.ts';
import type { FleetWords } from './words/words.ts';

export interface DashboardDeps {
  pages: Pages;
  fleet: Fleet;
  policies: Policies;
  sessions: SessionStore;
  /** The members of staff, whose names stand beside what they did. */
  staff: () => Promise<readonly { id: string; name: string }[]>;
  log: Log;
  now: () => number;
}

export const THEME_COOKIE = 'varco-theme';

const places = [
  { place: 'fleet', href: '/fleet' },
  { place: 'sites', href: '/fleet/sites' },
  { place: 'alerts', href: '/fleet/alerts' },
  { place: 'commands', href: '/fleet/commands' },
  { place: 'rollouts', href: '/fleet/rollouts' },
  { place: 'policies', href: '/fleet/policies' },
  { place: 'activity', href: '/fleet/activity' },
  { place: 'tokens', href: '/fleet/tokens' },
  { place: 'messages', href: '/fleet/messages' },
] as const;
export type Place = (typeof places)[number]['place'];

/** Islands that every page has. */
const ALWAYS = ['alive', 'live-part'];

export interface DashboardPage {
  title: string;
  place: Place;
  body: VNode;
  islands?: readonly string[];
  status?: number;
}

/** What all of the dashboard's routes share: who asks, what the page is made with, and how it is sent. */
export class Dashboard {
  readonly deps: DashboardDeps;
  readonly hub: LiveHub;
  readonly names: StaffNames;

  constructor(deps: DashboardDeps, hub: LiveHub) {
    this.deps = deps;
    this.hub = hub;
    this.names = new StaffNames(deps);
  }

  get fleet(): Fleet {
    return this.deps.fleet;
  }

  /** Who asks. @throws VarcoError `loginNeeded` when nobody is logged in. */
  actor(request: FastifyRequest): FleetActor {
    return actingOf(request);
  }

  /** The sites that somebody sees. @throws VarcoError `forbidden` for who sees none. */
  scope(actor: FleetActor): Scope {
    const scope = visibleSites(actor);
    if (scope === undefined) {
      throw new VarcoError('forbidden', 'No site is yours to see');
    }
    return scope;
  }

  view(request: FastifyRequest): View {
    const language = languageOf(request);
    const words = fleetWords[language];
    const { run, sequence } = this.hub;
    const done = queryOf(request, 'done');
    const text = done === undefined ? undefined : words.done[done];
    return {
      session: staffOf(request),
      csrf: csrfOf(request),
      words,
      language,
      format: formatFor(language),
      theme: themeOf(request),
      now: this.deps.now(),
      path: withoutDone(request.url),
      lastId: eventId(run, sequence),
      notice: text === undefined ? undefined : { kind: 'done', text },
    };
  }

  send(request: FastifyRequest, reply: FastifyReply, page: DashboardPage): FastifyReply {
    const actor = this.actor(request);
    const account = accountOf(request);
    const words = fleetWords[languageOf(request)];
    const role = words.roles[actor.role] ?? actor.role;
    return this.deps.pages.send(request, reply, {
      title: page.title,
      body: page.body,
      layout: 'wide',
      styles: ['fleet.css'],
      islands: [...ALWAYS, ...(page.islands ?? [])],
      navigation: this.#navigation(actor, page.place, words),
      account: account && { ...account, label: `${account.label} · ${role}` },
      status: page.status,
    });
  }

  /**
   * Does what a form asks for and leads back to where it came from. What is refused is answered with a
   * page that says why; the browser's way back still has what was typed.
   */
  async act(
    request: FastifyRequest,
    reply: FastifyReply,
    done: string,
    work: () => Promise<string | undefined>,
  ): Promise<FastifyReply> {
    try {
      const to = (await work()) ?? this.back(request);
      // The page that this leads to shows what was done here.
      await this.fleet.state.reload();
      return reply.redirect(withDone(to, done), 303);
    } catch (error) {
      return this.refuse(request, reply, error);
    }
  }

  /** The page that a form came from, else the fleet. */
  back(request: FastifyRequest): string {
    return safePath(valueIn(request.body, 'back')) ?? '/fleet';
  }

  /** A page that says why something was refused. A fault of ours is thrown on. */
  refuse(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
    if (!isRefusal(error)) {
      throw error;
    }
    const view = this.view(request);
    const { words } = view;
    const texts: Partial<Record<ErrorCode, string>> = words.problems;
    const code: ErrorCode = error.code;
    const known = texts[code];
    const details = known === undefined || known.endsWith(':') ? error.message : undefined;
    const notice: View['notice'] = {
      kind: 'problem',
      text: known ?? `${words.notDone} (${code})`,
      details,
    };
    const back = this.back(request);
    return this.send(request, reply, {
      title: words.notDone,
      place: 'fleet',
      status: httpStatusOf(error),
      body: (
        <Frame view={{ ...view, path: back, notice }} heading={words.notDone}>
          <p>
            <a href={back}>{words.back}</a>
          </p>
        </Frame>
      ),
    });
  }

  #navigation(actor: FleetActor, current: Place, words: FleetWords): NavigationLink[] {
    const guarded: Partial<Record<Place, boolean>> = {
      tokens: may(actor, 'token.manage'),
      messages: may(actor, 'message.manage'),
    };
    const shown = places.filter(({ place }) => guarded[place] ?? true);
    return shown.map(({ place, href }) => ({
      href,
      label: words.nav[place],
      current: place === current,
    }));
  }
}

/** What this page can explain: faults get the server's own page, a lost session the login. */
function isRefusal(error: unknown): error is VarcoError {
  const status = httpStatusOf(error);
  return (
    error instanceof VarcoError && status < 500 && status !== 401 && error.code !== 'csrfInvalid'
  );
}

function themeOf(request: FastifyRequest): Theme {
  const chosen = request.cookies[THEME_COOKIE];
  return themes.find((theme) => theme === chosen) ?? 'auto';
}

function withDone(path: string, done: string): string {
  const url = new URL(path, 'http://varco.invalid');
  url.searchParams.set('done', done);
  return `${url.pathname}${url.search}${url.hash}`;
}

function withoutDone(path: string): string {
  const url = new URL(path, 'http://varco.invalid');
  url.searchParams.delete('done');
  return `${url.pathname}${url.search}`;
}
