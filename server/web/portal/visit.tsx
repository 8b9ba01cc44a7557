import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { VarcoError } from '../../../shared/errors.ts';
import type { Language } from '../../../shared/language.ts';
import { citizenOf, csrfOf } from '../../login/request-session.ts';
import type { CitizenSession } from '../../login/session.ts';
import { writeCookie } from '../../login/session-cookie.ts';
import type { PersonRecord } from '../../registry/person.ts';
import type { PersonSummary } from '../../registry/registry.ts';
import type { Page } from '../page-renderer.tsx';
import { paramOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import { ActionButton } from './action-button.tsx';
import type { PortalDeps } from './deps.ts';
import { NotInArchive } from './not-in-archive.tsx';
import { portalWords } from './portal-words.ts';
import { OwnOnly } from './problem-pages.tsx';
import type { PortalWords } from './words/words.ts';

/** Under which heading of the navigation a page stands. */
export type Chapter = keyof PortalWords['navigation'];

const chapters: readonly (readonly [Chapter, string])[] = [
  ['home', '/portal'],
  ['status', '/portal/status'],
  ['checks', '/portal/checks'],
  ['card', '/portal/card'],
  ['contacts', '/portal/contacts'],
  ['delegates', '/portal/delegates'],
  ['data', '/portal/data'],
];

/** A citizen's request: who is logged in, in which language. */
export interface Visit {
  request: FastifyRequest;
  reply: FastifyReply;
  session: CitizenSession;
  language: Language;
  words: PortalWords;
  csrf: string;
}

/** A request about somebody whom the archive knows: who is logged in, or the person acted for. */
export interface PersonVisit extends Visit {
  person: PersonSummary;
  /** The person's own box, opened for this request. */
  identity: PersonRecord;
  /** As the audit and a code's history have it: `citizen`, or `delegate:ID`. */
  actor: string;
}

type Handle<Kind> = (visit: Kind) => Promise<FastifyReply> | FastifyReply;
type Route = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Opens visits for the portal's routes, and sends their pages. */
export class Visits {
  readonly #deps: PortalDeps;

  constructor(deps: PortalDeps) {
    this.#deps = deps;
  }

  /** For whoever is logged in, known to the archive or not. */
  citizen(handle: Handle<Visit>): Route {
    return async (request, reply) => handle(this.#visit(request, reply));
  }

  /** For a person of the archive, also through a delegate, whose every request is noted. */
  person(handle: Handle<PersonVisit>, options: { noted?: boolean } = {}): Route {
    return async (request, reply) => {
      const visit = this.#visit(request, reply);
      const { actingFor } = visit.session;
      if (!actingFor) {
        return this.#own(visit, handle);
      }
      const { delegations } = this.#deps;
      if (!(await delegations.holds(actingFor.delegationId, visit.session.codiceFiscale))) {
        return this.stopActing(visit, '/portal/for?over=1');
      }
      if (options.noted !== false) {
        const act = `${request.method} ${request.routeOptions.url}`;
        const { delegationId, personId } = actingFor;
        await delegations.noteAct(delegationId, visit.session.codiceFiscale, personId, act);
      }
      const actor = `delegate:${actingFor.delegationId}`;
      return handle(await this.#about(visit, actingFor.personId, actor));
    };
  }

  /** For what nobody may do for another: contacts, delegations, erasure. */
  self(handle: Handle<PersonVisit>): Route {
    return async (request, reply) => {
      const visit = this.#visit(request, reply);
      const { notForDelegates } = visit.words.acting;
      if (visit.session.actingFor) {
        return this.send(visit, 'home', {
          title: notForDelegates.title,
          body: <OwnOnly words={visit.words} csrf={visit.csrf} />,
          status: 403,
        });
      }
      return this.#own(visit, handle);
    };
  }

  /** A delegate acts for nobody else any more; the session has a new token. */
  async stopActing(visit: Visit, to: string): Promise<FastifyReply> {
    const { request, reply, session } = visit;
    const token = await this.#deps.sessions.actFor(session.id, undefined);
    if (token !== undefined) {
      writeCookie(request, reply, 'session', token);
    }
    return reply.redirect(to, 303);
  }

  /** Sends a page of the portal, with its navigation and who is logged in. */
  send(visit: Visit, chapter: Chapter, page: Page): FastifyReply {
    const { request, reply, words, csrf, session } = visit;
    const { actingFor } = session;
    const name = session.name ?? '';
    const label = actingFor ? words.accountFor(name, actingFor.name) : words.account(name);
    return this.#deps.pages.send(request, reply, {
      account: { label, logoutAction: '/logout', csrf },
      navigation: chapters.map(([one, href]) => ({
        href,
        label: words.navigation[one],
        current: one === chapter,
      })),
      ...page,
      body: (
        <>
          {actingFor && <Acting words={words} csrf={csrf} name={actingFor.name} />}
          {page.body}
        </>
      ),
    });
  }

  #visit(request: FastifyRequest, reply: FastifyReply): Visit {
    const language = languageOf(request);
    const csrf = csrfOf(request);
    const session = citizenOf(request);
    return { request, reply, session, language, words: portalWords[language], csrf };
  }

  async #own(visit: Visit, handle: Handle<PersonVisit>): Promise<FastifyReply> {
    const { personId, codiceFiscale } = visit.session;
    if (personId === undefined) {
      const delegated = (await this.#deps.delegations.received(codiceFiscale)).length > 0;
      return this.send(visit, 'home', {
        title: visit.words.notInArchive.title,
        body: <NotInArchive words={visit.words} delegated={delegated} />,
      });
    }
    return handle(await this.#about(visit, personId, 'citizen'));
  }

  async #about(visit: Visit, personId: number, actor: string): Promise<PersonVisit> {
    const { registry } = this.#deps;
    const [person, identity] = [await registry.person(personId), await registry.identity(personId)];
    return { ...visit, person, identity, actor };
  }
}

/** A whole number in a path, such as the third request. */
export function numberOf(request: FastifyRequest): number {
  const number = paramOf(request, 'number');
  if (!/^[1-9]\d{0,3}$/.test(number)) {
    throw notFound();
  }
  return Number(number);
}

export function notFound(): VarcoError {
  return new VarcoError('notFound', 'There is no such page');
}

function Acting({ words, csrf, name }: { words: PortalWords; csrf: string; name: string }): VNode {
  return (
    <div class="varco-notice varco-notice-warn">
      <p class="varco-notice-title">{words.acting.title(name)}</p>
      <p>{words.acting.text}</p>
      <ActionButton
        action="/portal/for/stop"
        csrf={csrf}
        kind="outline-primary"
        label={words.acting.stop}
      />
    </div>
  );
}
