import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { z } from 'zod';
import { isRole, roles } from '../../fleet/access/roles.ts';
import { clientInfo } from '../../login/logins.ts';
import { actingOf, csrfOf, staffOf } from '../../login/request-session.ts';
import { invitationLink, parseSites } from '../../login/staff-accounts.ts';
import type { StaffAccount } from '../../login/staff-rows.ts';
import { access } from '../../route-access.ts';
import { ErrorSummary, Field, Notice } from '../form-parts.tsx';
import { languageOf } from '../request-language.ts';
import { accountOf } from './account.ts';
import { CsrfField } from './csrf-field.tsx';
import { type LoginDeps, originOf } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { LoginWords } from './words/words.ts';

const inviteSchema = z.object({
  role: z.string().max(32).catch(''),
  sites: z.string().max(1000).catch(''),
});
const accountSchema = z.object({ account: z.string().max(64).catch('') });
const SITES = /^(all|[A-Za-z0-9][A-Za-z0-9_-]{0,47}(\s*,\s*[A-Za-z0-9][A-Za-z0-9_-]{0,47})*)$/;

/** An administrator's page of the accounts within their reach: invite, reset, disable. */
export function registerAccountsPage(http: FastifyInstance, deps: LoginDeps): void {
  const route = access('account.manage');
  const { staff } = deps.logins;
  http.get('/staff', route, (request, reply) => show(deps, request, reply, {}));
  http.post('/staff/invite', route, async (request, reply) => {
    const { role, sites } = inviteSchema.parse(request.body ?? {});
    const areSites = SITES.test(sites.trim());
    if (!isRole(role) || !areSites) {
      return show(deps, request, reply, { isRoleWrong: !isRole(role), areSitesWrong: !areSites });
    }
    const { accountId, secret } = await staff.invite(actingOf(request), {
      role,
      sites: parseSites(sites.trim()),
    });
    await note(deps, request, accountId, `invited as ${role}`);
    return show(deps, request, reply, { secret });
  });
  http.post('/staff/reset', route, async (request, reply) => {
    const { account } = accountSchema.parse(request.body ?? {});
    const secret = await staff.reset(actingOf(request), account);
    await note(deps, request, account, 'reset');
    return show(deps, request, reply, { secret });
  });
  http.post('/staff/disable', route, async (request, reply) => {
    const { account } = accountSchema.parse(request.body ?? {});
    await staff.disable(actingOf(request), account);
    await note(deps, request, account, 'disabled');
    return reply.redirect('/staff', 303);
  });
}

async function note(deps: LoginDeps, request: FastifyRequest, id: string, reason: string) {
  const account = (await deps.logins.staff.find(id))?.email || id;
  const by = `${reason} by ${staffOf(request).accountId}`;
  const event = { event: 'account', way: 'page', account, reason: by } as const;
  await deps.logins.log.write({ ...event, ...clientInfo(request) });
}

async function show(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  options: { secret?: string; isRoleWrong?: boolean; areSitesWrong?: boolean },
): Promise<FastifyReply> {
  const words = loginWords[languageOf(request)];
  const { accounts } = words;
  const csrf = csrfOf(request);
  const { accountId: own, sites: ownSites } = staffOf(request);
  const all = await deps.logins.staff.list(actingOf(request));
  const { secret, isRoleWrong = false, areSitesWrong = false } = options;
  return deps.pages.send(request, reply, {
    title: accounts.title,
    layout: 'wide',
    account: accountOf(request),
    status: isRoleWrong || areSitesWrong ? 422 : 200,
    body: (
      <>
        <h1>{accounts.title}</h1>
        {secret && (
          <Notice kind="good" title={accounts.linkTitle}>
            <p>{accounts.linkText}</p>
            <p class="text-break">
              <code>{invitationLink(originOf(deps, request), secret)}</code>
            </p>
          </Notice>
        )}
        <InviteForm {...{ words, csrf, ownSites, isRoleWrong, areSitesWrong }} />
        <AccountTable {...{ words, csrf, own, all }} />
      </>
    ),
  });
}

function InviteForm(props: {
  words: LoginWords;
  csrf: string;
  ownSites: StaffAccount['sites'];
  isRoleWrong: boolean;
  areSitesWrong: boolean;
}): VNode {
  const { accounts, roles: names, formProblem } = props.words;
  const problems = [
    props.isRoleWrong && { field: 'role', text: accounts.roleInvalid },
    props.areSitesWrong && { field: 'sites', text: accounts.sitesInvalid },
  ].filter((problem) => problem !== false);
  return (
    <form method="post" action="/staff/invite" noValidate>
      <h2>{accounts.inviteTitle}</h2>
      <CsrfField token={props.csrf} />
      <ErrorSummary title={formProblem} problems={problems} />
      <div class="form-group">
        <label for="role">{accounts.role}</label>
        <select id="role" name="role" class="form-select">
          {roles.map((role) => (
            <option key={role} value={role}>
              {names[role]}
            </option>
          ))}
        </select>
      </div>
      <Field
        id="sites"
        label={accounts.sites}
        hint={accounts.sitesHint}
        error={props.areSitesWrong ? accounts.sitesInvalid : undefined}
        input={{ value: props.ownSites === 'all' ? 'all' : props.ownSites.join(', ') }}
      />
      <button class="btn btn-primary" type="submit">
        {accounts.invite}
      </button>
    </form>
  );
}

function AccountTable(props: {
  words: LoginWords;
  csrf: string;
  own: string;
  all: readonly StaffAccount[];
}): VNode {
  const { words, csrf, own, all } = props;
  const { accounts } = words;
  const button = (account: StaffAccount, action: 'reset' | 'disable') => (
    <form method="post" action={`/staff/${action}`} class="d-inline-block me-2">
      <CsrfField token={csrf} />
      <input type="hidden" name="account" value={account.id} />
      <button class="btn btn-sm btn-outline-primary" type="submit">
        {accounts[action]}
        <span class="visually-hidden"> {account.name || account.id}</span>
      </button>
    </form>
  );
  return (
    <section class="table-responsive mt-5" aria-label={accounts.title}>
      <table class="table">
        <thead>
          <tr>
            {[accounts.name, accounts.role, accounts.sites, accounts.state, accounts.actions].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {all.map((account) => (
            <tr key={account.id}>
              <th scope="row">
                {account.name || '–'}
                <br />
                <small>{account.email}</small>
              </th>
              <td>{words.roles[account.role]}</td>
              <td>{account.sites === 'all' ? accounts.allSites : account.sites.join(', ')}</td>
              <td>{accounts.states[account.state]}</td>
              <td>
                {account.id === own ? (
                  accounts.own
                ) : (
                  <>
                    {button(account, 'reset')}
                    {account.state !== 'disabled' && button(account, 'disable')}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
