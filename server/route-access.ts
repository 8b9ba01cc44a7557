import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorCode, VarcoError } from '../shared/errors.ts';
import { demandAnywhere, type FleetActor } from './fleet/access/actor.ts';
import type { FleetAction } from './fleet/access/permissions.ts';
import type { Refusals } from './fleet/access/refusals.ts';
import type { Log } from './log.ts';
import { actorOfRequest, askToLogIn, sessionOf } from './login/request-session.ts';

/**
 * Who a route is for: everybody; a citizen; a member of staff, whatever their role; whoever is logged in as
 * one or the other; or whoever may do one of these actions somewhere. The room that does the act asks again,
 * of the very thing that it is done to.
 */
export type RouteAccess =
  | 'public'
  | 'citizen'
  | 'staff'
  | 'session'
  | FleetAction
  | readonly FleetAction[];

/** A route with whom it is for. */
export interface StatedRoute {
  method: string;
  url: string;
  access: RouteAccess;
  /** A program may call it with its token. */
  bearer: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route states it; see {@link stateAccess}. */
    access?: RouteAccess;
    /** The handler itself finds who calls, by a token or a session: see {@link admitCaller}. */
    bearer?: boolean;
  }
}

const stated = new WeakMap<FastifyInstance, StatedRoute[]>();
const callers = new WeakMap<FastifyRequest, FleetActor>();

/** The options of a route that states nothing but whom it is for. */
export function access(who: RouteAccess): { config: { access: RouteAccess } } {
  return { config: { access: who } };
}

/**
 * From now on a route that does not state whom it is for is not registered: the server does not start.
 *
 * @throws VarcoError `routeUnstated`, from the registration.
 */
export function stateAccess(http: FastifyInstance): void {
  const routes: StatedRoute[] = [];
  stated.set(http, routes);
  http.addHook('onRoute', ({ method, url, config }) => {
    if (config?.access === undefined) {
      throw new VarcoError('routeUnstated', `${method} ${url} does not state whom it is for`);
    }
    for (const one of [method].flat()) {
      routes.push({ method: one, url, access: config.access, bearer: config.bearer === true });
    }
  });
}

/** The routes of a server, once it is ready. */
export function routesOf(http: FastifyInstance): readonly StatedRoute[] {
  return stated.get(http) ?? [];
}

/**
 * Admits to each route those it is for, before anything of a request's body is read, and notes in the audit
 * whom of the staff or which program was refused. Sessions must have been registered before.
 */
export function guardRoutes(http: FastifyInstance, deps: { refusals: Refusals; log: Log }): void {
  http.addHook('onRequest', async (request, reply) => {
    const { config } = request.routeOptions;
    return request.is404 || config.bearer ? undefined : admit(request, reply, config.access);
  });
  http.addHook('onSend', async (request, reply) => {
    const who = callers.get(request) ?? actorOfRequest(request);
    const refused = refusedOf(request);
    if (reply.statusCode === 403 && who && refused.actions.length > 0) {
      try {
        await deps.refusals.note(who, refused);
      } catch (error) {
        // Who was refused stays refused, be the audit there or not.
        deps.log.error({ code: errorCode(error) }, 'a refusal was not audited');
      }
    }
  });
}

/** Admits a program or a member of staff that the handler found. @throws VarcoError `forbidden`. */
export function admitCaller(request: FastifyRequest, who: FleetActor): void {
  callers.set(request, who);
  demandAnywhere(who, actionsOf(request.routeOptions.config.access));
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  who: RouteAccess | undefined,
): Promise<FastifyReply | undefined> {
  const session = sessionOf(request);
  if (who === 'public') {
    return undefined;
  }
  if (who === 'session') {
    return session ? undefined : askToLogIn(request, reply, '/login');
  }
  if (who === 'citizen') {
    return session?.kind === 'citizen' ? undefined : askToLogIn(request, reply, '/login');
  }
  const actor = actorOfRequest(request);
  if (!actor) {
    return askToLogIn(request, reply, '/login/staff');
  }
  if (who !== 'staff') {
    demandAnywhere(actor, actionsOf(who));
  }
  return undefined;
}

/** None for a route that states no action: nobody is admitted by it. */
function actionsOf(who: RouteAccess | undefined): readonly FleetAction[] {
  switch (who) {
    case undefined:
    case 'public':
    case 'citizen':
    case 'staff':
    case 'session':
      return [];
    default:
      return typeof who === 'string' ? [who] : who;
  }
}

/** The pattern of the route, which holds nothing that somebody wrote. */
function refusedOf(request: FastifyRequest): { route: string; actions: readonly string[] } {
  const { url = 'none', config } = request.routeOptions;
  return { route: `${request.method} ${url}`, actions: actionsOf(config.access) };
}
