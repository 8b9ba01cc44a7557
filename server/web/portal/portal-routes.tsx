import type { FastifyInstance } from 'fastify';
import { errorCode } from '../../../shared/errors.ts';
import { requireCitizenAt, sessionOf } from '../../login/request-session.ts';
import { wantsPage } from '../page-renderer.tsx';
import { languageOf } from '../request-language.ts';
import { registerCard } from './card-routes.tsx';
import { registerChecks } from './checks.tsx';
import { registerCodes } from './code-routes.tsx';
import { registerContacts } from './contacts.tsx';
import { registerData } from './data.tsx';
import { registerDelegates } from './delegates.tsx';
import type { PortalDeps } from './deps.ts';
import { registerLive } from './live-page.tsx';
import { portalWords } from './portal-words.ts';
import { SessionChanged } from './problem-pages.tsx';
import { registerStatus } from './status-page.tsx';
import { Visits } from './visit.tsx';

/** The level of assurance of a citizen's login: SPID 2, CIE, CNS (seed 002). */
const ASSURANCE = 2;

/** The citizen portal, for who is logged in as a citizen. */
export function registerPortal(root: FastifyInstance, deps: PortalDeps): void {
  root.register(async (http) => {
    const visits = new Visits(deps);
    http.addHook('preHandler', requireCitizenAt(ASSURANCE));
    const fallBack = root.errorHandler;
    http.setErrorHandler((error, request, reply) => {
      // A form of a session that is no more: another person logged in here meanwhile.
      if (errorCode(error) === 'csrfInvalid' && wantsPage(request) && sessionOf(request)) {
        const words = portalWords[languageOf(request)];
        const { title } = words.sessionChanged;
        const body = <SessionChanged words={words} />;
        return deps.pages.send(request, reply, { title, body, status: 403 });
      }
      return fallBack(error, request, reply);
    });
    registerCodes(http, visits, deps);
    registerLive(http, visits, deps);
    registerStatus(http, visits, deps);
    registerContacts(http, visits, deps);
    registerChecks(http, visits, deps);
    registerDelegates(http, visits, deps);
    registerData(http, visits, deps);
    registerCard(http, visits, deps);
  });
}
