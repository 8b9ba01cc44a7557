import type { CodeWithWords } from '../../../../shared/error-codes.ts';
import type { Role } from '../../../fleet/access/roles.ts';
import type { AcceptanceProblem } from '../../../login/acceptance.ts';

/** Why a login came to nothing; each has a title and a text that says what to do. */
export type LoginProblem = CodeWithWords<'login.problems'>;

/** What the pages of the logins say. */
export interface LoginWords {
  citizen: {
    title: string;
    lead: string;
    oidc(title: string): string;
    oidcHint: string;
    card: string;
    cardHint: string;
    pin: string;
    pinHint: string;
    noWay: string;
    staff: string;
  };
  ended: string;
  staff: {
    title: string;
    email: string;
    password: string;
    code: string;
    codeHint: string;
    noApp: string;
    recoveryCode: string;
    recoveryCodeHint: string;
    submit: string;
    wrong: string;
    passkeyTitle: string;
    passkeyText: string;
    passkeyButton: string;
    passkeyNoScript: string;
    passkeyFailed: string;
    citizens: string;
  };
  invitation: {
    title: string;
    lead(role: string): string;
    name: string;
    email: string;
    password: string;
    passwordHint: string;
    appTitle: string;
    appText: string;
    appPicture: string;
    appKey: string;
    code: string;
    next: string;
    submit: string;
    passkeyTitle: string;
    passkeyText: string;
    passkeyButton: string;
    done: string;
  };
  recovery: {
    title: string;
    text: string;
    once: string;
    goOn: string;
  };
  confirm: {
    title: string;
    lead: string;
    submit: string;
    passkeyButton: string;
    wrong: string;
    cancel: string;
  };
  roles: Record<Role, string>;
  errors: Record<AcceptanceProblem | 'codeWrong' | 'oldWrong' | 'sameAsOld', string>;
  formProblem: string;
  pin: {
    title: string;
    codiceFiscale: string;
    pin: string;
    pinBox: string;
    submit: string;
    wrong: string;
    newTitle: string;
    newText: string;
    newPin: string;
    repeat: string;
    newSubmit: string;
    newWrong: string;
  };
  loggedOut: {
    title: string;
    text: string;
    everywhere: string;
    provider(title: string): string;
    providerText: string;
    again: string;
  };
  account: {
    title: string;
    who: string;
    done: Record<'passwordChanged' | 'sessionEnded' | 'othersEnded', string>;
    passwordTitle: string;
    passwordText: string;
    oldPassword: string;
    newPassword: string;
    passwordSubmit: string;
    recovery: string;
    recoveryText: string;
    recoveryLeft(left: number): string;
    recoveryRenew: string;
    sessions: string;
    sessionsText: string;
    thisSession: string;
    network: string;
    started: string;
    endSession: string;
    endOthers: string;
    unknownDevice: string;
    device(browser: string, system: string): string;
    everywhere: string;
    everywhereText: string;
    passkeys: string;
    noPasskeys: string;
    added: string;
    used: string;
    never: string;
    remove: string;
    onlyWay: string;
    add: string;
    label: string;
  };
  accounts: {
    title: string;
    name: string;
    role: string;
    sites: string;
    allSites: string;
    state: string;
    states: Record<'invited' | 'active' | 'disabled', string>;
    actions: string;
    reset: string;
    disable: string;
    inviteTitle: string;
    sitesHint: string;
    invite: string;
    linkTitle: string;
    linkText: string;
    roleInvalid: string;
    sitesInvalid: string;
    own: string;
  };
  problems: Record<LoginProblem, { title: string; text: string }>;
  retryIn(minutes: number): string;
  again: string;
}
