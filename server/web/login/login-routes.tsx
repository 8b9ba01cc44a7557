import type { FastifyInstance } from 'fastify';
import { registerAccountPage } from './account-page.tsx';
import { registerAccountsPage } from './accounts-page.tsx';
import { registerCardLogin } from './card-login.tsx';
import { registerCitizenLogin } from './citizen-login.tsx';
import { registerConfirmation } from './confirmation.tsx';
import { registerInvitation } from './invitation.tsx';
import type { LoginDeps } from './login-deps.ts';
import { registerPinLogin } from './pin-login.tsx';
import { registerStaffLogin } from './staff-login.tsx';

/** Every page of the logins. */
export function registerLogin(http: FastifyInstance, deps: LoginDeps): void {
  registerConfirmation(http, deps);
  registerCitizenLogin(http, deps);
  registerCardLogin(http, deps);
  registerPinLogin(http, deps);
  registerStaffLogin(http, deps);
  registerInvitation(http, deps);
  registerAccountPage(http, deps);
  registerAccountsPage(http, deps);
}
