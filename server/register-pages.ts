import type { FastifyInstance } from 'fastify';
import type { Clock } from '../shared/clock.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { AnswerTimes, EvenAnswers } from './guessing/even-answers.ts';
import type { Logins } from './login/logins.ts';
import type { FirstLevel } from './verification/first-level.ts';
import type { SecondLevel } from './verification/second-level.ts';
import { answerEvenly } from './web/answer-evenly.ts';
import { registerFleetPages } from './web/fleet/fleet-routes.ts';
import { registerLogin } from './web/login/login-routes.tsx';
import { registerDesk } from './web/operator/desk.tsx';
import type { PortalDeps } from './web/portal/deps.ts';
import { registerPortal } from './web/portal/portal-routes.tsx';
import { registerReading } from './web/reading/reading-routes.tsx';
import { registerStatements } from './web/statements/statements.tsx';

export interface PagesDeps extends Omit<PortalDeps, 'sessions' | 'origin'> {
  fleet: Fleet;
  logins: Logins;
  firstLevel: FirstLevel;
  secondLevel: SecondLevel;
  clock: Clock;
  evenAnswers: EvenAnswers;
  answerTimes: AnswerTimes;
  /** The host in the codes that are issued, and others whose codes are read, too. */
  host: string;
  alsoHosts: readonly string[];
  /** Where browsers find this service; absent: each request's own host, for a demonstration. */
  origin: string | undefined;
}

/** Every page: for citizens, for whoever reads a code, and for staff. */
export function registerPages(http: FastifyInstance, deps: PagesDeps): void {
  const { pages, fleet, logins, notify, origin, host, answerTimes } = deps;
  const { sessions } = logins;
  // First, because it holds up the dangerous acts of the other pages too.
  registerLogin(http, { ...deps, evenly: answerEvenly(deps, answerTimes.loginMs) });
  registerDesk(http, { ...deps, sites: fleet.sites });
  registerFleetPages(http, {
    ...deps,
    sessions,
    outbox: notify.outbox,
    staff: () => logins.staff.all(),
  });
  registerReading(http, { ...deps, evenly: answerEvenly(deps, answerTimes.readingMs) });
  registerStatements(http, pages);
  registerPortal(http, { ...deps, sessions, origin: origin ?? `https://${host}` });
}
