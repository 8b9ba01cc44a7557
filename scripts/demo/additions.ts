import type { DemoAddition } from './addition.ts';
import { citizen } from './citizen.ts';
import { logins } from './demo-logins.ts';
import { mailbox } from './mailbox.ts';

/** What the demo in a browser has beside the kiosk and its server, in the order of starting. */
export const additions: readonly DemoAddition[] = [logins, mailbox, citizen];
