import type { DemoAddition } from './addition.ts';
import { citizen } from './citizen.ts';
import { logins } from './demo-logins.ts';
import { mailbox } from './mailbox.ts';

/** What a visit has beside the kiosk and its server, in the order in which it starts. */
export const additions: readonly DemoAddition[] = [logins, mailbox, citizen];
