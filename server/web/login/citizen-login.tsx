import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { isSameText } from '../../keys/secret.ts';
import { clientInfo, homeOf } from '../../login/logins.ts';
import type { OidcPending, OidcProblem, OidcProvider } from '../../login/oidc.ts';
import { PENDING_LIFE_MS } from '../../login/pending-login.ts';
import { providerOf, safePath, sessionOf } from '../../login/request-session.ts';
import { writeCookie } from '../../login/session-cookie.ts';
import { access } from '../../route-access.ts';
import { Notice } from '../form-parts.tsx';
import { paramOf, queryOf, valueIn } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { type LoginDeps, originOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import { sendLoginProblem, withTo } from './problem-page.tsx';
import type { LoginWords } from './words/words.ts';

/** The citizens' door: which way to prove who one is, the way through a provider, and the way out. */
export function registerCitizenLogin(http: FastifyInstance, deps: LoginDeps): void {
  http.get('/login', access('public'), (request, reply) => showWays(deps, request, reply));
  http.get('/login/oidc/:provider', access('public'), (request, reply) =>
    begin(deps, request, reply),
  );
  http.get('/login/oidc/:provider/callback', access('public'), (request, reply) =>
    finish(deps, request, reply),
  );
  http.post('/logout', access('public'), (request, reply) =>
    logOut(deps, request, reply, 'logout'),
  );
  http.post('/logout/everywhere', access('public'), (request, reply) =>
    logOut(deps, request, reply, 'logoutEverywhere'),
  );
  http.get('/logged-out', access('public'), (request, reply) =>
    showLoggedOut(deps, request, reply),
  );
}

/** Where a query or a form says that its visitor wanted to go. */
export function wantedPath(request: FastifyRequest): string | undefined {
  return safePath(valueIn(request.body, 'to') ?? valueIn(request.query, 'to'));
}

function showWays(deps: LoginDeps, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const words = loginWords[languageOf(request)];
  const { oidc, card, pin } = deps.logins.config;
  const to = wantedPath(request);
  const ways: VNode[] = oidc.map(({ id, title }) => (
    <Way
      key={id}
      href={withTo(`/login/oidc/${id}`, to)}
      label={words.citizen.oidc(title)}
      hint={words.citizen.oidcHint}
    />
  ));
  if (card) {
    const { card: label, cardHint: hint } = words.citizen;
    ways.push(<Way key="card" href={withTo('/login/card', to)} label={label} hint={hint} />);
  }
  if (pin) {
    const { pin: label, pinHint: hint } = words.citizen;
    ways.push(<Way key="pin" href={withTo('/login/pin', to)} label={label} hint={hint} />);
  }
  const body = <Ways words={words} ways={ways} ended={queryOf(request, 'ended') !== undefined} />;
  return deps.pages.send(request, reply, { title: words.citizen.title, body });
}

function Ways(props: { words: LoginWords; ways: VNode[]; ended: boolean }): VNode {
  const { words, ways, ended } = props;
  return (
    <>
      <h1>{words.citizen.title}</h1>
      {ended && (
        <Notice kind="warn">
          <p>{words.ended}</p>
        </Notice>
      )}
      {ways.length === 0 ? (
        <p class="lead">{words.citizen.noWay}</p>
      ) : (
        <>
          <p class="lead">{words.citizen.lead}</p>
          <ul class="list-unstyled">{ways}</ul>
        </>
      )}
      <p>
        <a href="/login/staff">{words.citizen.staff}</a>
      </p>
    </>
  );
}

function Way({ href, label, hint }: { href: string; label: string; hint: string }): VNode {
  return (
    <li class="mb-4">
      <a class="btn btn-primary" href={href}>
        {label}
      </a>
      <p class="varco-hint mt-1">{hint}</p>
    </li>
  );
}

function providerFor(deps: LoginDeps, request: FastifyRequest): OidcProvider | undefined {
  return deps.logins.providers.get(paramOf(request, 'provider'));
}

function callbackOf(deps: LoginDeps, request: FastifyRequest, provider: OidcProvider): string {
  return `${originOf(deps, request)}/login/oidc/${provider.config.id}/callback`;
}

async function begin(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const provider = providerFor(deps, request);
  if (!provider) {
    reply.callNotFound();
    return reply;
  }
  const to = wantedPath(request);
  const begun = await provider.begin(callbackOf(deps, request, provider), to);
  if (!begun) {
    return sendLoginProblem(deps, request, reply, 'providerDown', { to });
  }
  deps.logins.pending.write(request, reply, 'oidc', begun.pending);
  return reply.header('cache-control', 'no-store').redirect(begun.url.href, 303);
}

/**
 * The browser comes back. The state must be the one that this browser was sent away with, not long ago,
 * and it counts once; everything else is checked by {@link OidcProvider.finish}.
 */
async function finish(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { logins } = deps;
  const provider = providerFor(deps, request);
  if (!provider) {
    reply.callNotFound();
    return reply;
  }
  const pending = logins.pending.read<OidcPending>(request, 'oidc');
  const state = queryOf(request, 'state');
  logins.pending.clear(request, reply);
  const isOurs =
    pending?.provider === provider.config.id &&
    state !== undefined &&
    isSameText(state, pending.state);
  if (!isOurs || !(await logins.singleUse.markSpent(pending.state, PENDING_LIFE_MS))) {
    await logins.recordFailure(request, 'oidc', '', 'stateInvalid');
    return sendLoginProblem(deps, request, reply, 'stateInvalid');
  }
  const currentUrl = new URL(callbackOf(deps, request, provider));
  currentUrl.search = new URL(request.url, 'http://varco.invalid').search;
  const outcome = await provider.finish(currentUrl, pending);
  if (!outcome.ok) {
    await logins.recordFailure(request, 'oidc', '', outcome.problem);
    return sendLoginProblem(deps, request, reply, outcome.problem satisfies OidcProblem, {
      to: pending.to,
    });
  }
  await logins.logIn(request, reply, 'oidc', outcome.arrival);
  return reply.redirect(pending.to ?? homeOf(undefined), 303);
}

async function logOut(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  event: 'logout' | 'logoutEverywhere',
): Promise<FastifyReply> {
  const { logins } = deps;
  const session = sessionOf(request);
  const query = new URLSearchParams();
  if (session) {
    const { kind, id } = session;
    const staff = kind === 'staff' ? await logins.staff.find(session.accountId) : undefined;
    const account = kind === 'citizen' ? session.codiceFiscale : (staff?.email ?? '');
    const way = kind === 'citizen' ? session.method : 'staff';
    await (event === 'logout' ? logins.sessions.end(id) : logins.sessions.endEverywhere(id));
    await logins.log.write({ event, way, account, ...clientInfo(request) });
    const provider = providerOf(request);
    query.set('by', kind === 'staff' ? 'staff' : (provider ?? ''));
    if (event === 'logoutEverywhere') {
      query.set('everywhere', '1');
    }
  }
  writeCookie(request, reply, 'session', undefined);
  // Also what the browser itself remembers of the pages (W3C Clear Site Data).
  return reply.header('clear-site-data', '"cache"').redirect(`/logged-out?${query}`, 303);
}

async function showLoggedOut(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const words = loginWords[languageOf(request)];
  const by = queryOf(request, 'by');
  const provider = deps.logins.providers.get(by ?? '');
  const elsewhere = await provider?.logoutUrl(`${originOf(deps, request)}/login`);
  const { title } = words.loggedOut;
  const body = (
    <>
      <h1>{title}</h1>
      <p class="lead">{words.loggedOut.text}</p>
      {queryOf(request, 'everywhere') !== undefined && <p>{words.loggedOut.everywhere}</p>}
      {provider && elsewhere && (
        <>
          <p>{words.loggedOut.providerText}</p>
          <p>
            <a class="btn btn-outline-primary" href={elsewhere.href}>
              {words.loggedOut.provider(provider.config.title)}
            </a>
          </p>
        </>
      )}
      <p>
        <a class="btn btn-primary" href={by === 'staff' ? '/login/staff' : '/login'}>
          {words.loggedOut.again}
        </a>
      </p>
    </>
  );
  return deps.pages.send(request, reply, { title, body });
}
