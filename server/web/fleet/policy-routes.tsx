import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { may } from '../../fleet/access/permissions.ts';
import { access } from '../../route-access.ts';
import { paramOf, queryOf } from '../request-fields.ts';
import { languageOf } from '../request-language.ts';
import type { Dashboard } from './dashboard.tsx';
import type { View } from './fleet-frame.tsx';
import { readJson } from './place-routes.tsx';
import { PoliciesPage, TrialPage } from './policies-page.tsx';
import { PolicyPage } from './policy-page.tsx';
import { releaseWords } from './releases/release-words.ts';

const proposeForm = z.object({
  body: z.string().max(60_000),
  note: z.string().trim().max(500).default(''),
});
const releaseForm = z.object({
  /** The version in force that was shown beside; nothing where there was none. */
  seen: z.union([z.literal('').transform(() => undefined), z.coerce.number().int().positive()]),
});
const reasonForm = z.object({ reason: z.string().default('') });

/** What gates ask: `/fleet/policies`. */
export function registerPolicyRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/policies', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = viewOf(dashboard, request);
    const policies = fleet.releases.list(actor).map(({ versions, ...about }) => ({
      ...about,
      waiting: versions.filter(({ state }) => state === 'proposed').length,
      gates: gatesWith(dashboard, actor, about.id),
    }));
    return dashboard.send(request, reply, {
      title: releaseWords[view.language].heading,
      place: 'policies',
      body: (
        <PoliciesPage view={view} policies={policies} mayPropose={may(actor, 'policy.propose')} />
      ),
    });
  });

  http.post('/fleet/policies', access('policy.propose'), (request, reply) =>
    dashboard.act(request, reply, 'proposed', async () => {
      const { body, note } = parseInput(proposeForm, request.body, 'formInvalid');
      const policy = readJson(body, 'policyInvalid');
      const made = await fleet.releases.propose(dashboard.actor(request), { policy, note });
      return `/fleet/policies/${made.policy.id}`;
    }),
  );

  http.post('/fleet/policies/try', access('policy.propose'), async (request, reply) => {
    try {
      const actor = dashboard.actor(request);
      const { body: text, note } = parseInput(proposeForm, request.body, 'formInvalid');
      const policy = readJson(text, 'policyInvalid');
      const trial = fleet.releases.trial(actor, { policy });
      const view = { ...viewOf(dashboard, request), path: '/fleet/policies' };
      const { title } = trial.policy;
      const body = <TrialPage view={view} title={title} trial={trial} text={text} note={note} />;
      return dashboard.send(request, reply, { title, place: 'policies', body });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  registerOnePolicy(http, dashboard);
}

function registerOnePolicy(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;
  const versionOf = (request: FastifyRequest) => ({
    id: paramOf(request, 'policy'),
    version: Number(paramOf(request, 'version')),
  });

  http.get('/fleet/policies/:policy', access('fleet.view'), async (request, reply) => {
    try {
      const actor = dashboard.actor(request);
      const body = await onePolicy(dashboard, request, actor);
      const { title } = fleet.releases.get(actor, paramOf(request, 'policy'));
      return dashboard.send(request, reply, { title, place: 'policies', body });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.post(
    '/fleet/policies/:policy/:version/release',
    access('policy.release'),
    (request, reply) =>
      dashboard.act(request, reply, 'released', async () => {
        const { seen } = parseInput(releaseForm, request.body, 'formInvalid');
        const { id, version } = versionOf(request);
        await fleet.releases.release(dashboard.actor(request), { id, version, seen });
        return `/fleet/policies/${id}`;
      }),
  );

  http.post(
    '/fleet/policies/:policy/:version/withdraw',
    access('policy.propose'),
    (request, reply) =>
      dashboard.act(request, reply, 'withdrawn', async () => {
        const { reason } = parseInput(reasonForm, request.body, 'formInvalid');
        const { id, version } = versionOf(request);
        await fleet.releases.withdraw(dashboard.actor(request), { id, version, reason });
        return `/fleet/policies/${id}`;
      }),
  );

  http.post('/fleet/policies/:policy/retire', access('policy.retire'), (request, reply) =>
    dashboard.act(request, reply, 'retired', async () => {
      const { reason } = parseInput(reasonForm, request.body, 'formInvalid');
      const id = paramOf(request, 'policy');
      await fleet.releases.retire(dashboard.actor(request), id, reason);
      return `/fleet/policies/${id}`;
    }),
  );
}

async function onePolicy(dashboard: Dashboard, request: FastifyRequest, actor: FleetActor) {
  const { releases } = dashboard.fleet;
  const policy = releases.get(actor, paramOf(request, 'policy'));
  const { id } = policy;
  const proposals = policy.versions
    .filter(({ state }) => state === 'proposed')
    .map((version) => ({
      version,
      trial: releases.trial(actor, { id, version: version.policy.version }),
      isOwn: version.proposedBy === actor.id,
    }));
  return (
    <PolicyPage
      view={viewOf(dashboard, request)}
      policy={policy}
      gates={gatesWith(dashboard, actor, id)}
      proposals={proposals}
      nameOf={await dashboard.names.words()}
      may={{
        propose: may(actor, 'policy.propose'),
        release: may(actor, 'policy.release'),
        retire: may(actor, 'policy.retire'),
      }}
    />
  );
}

function gatesWith({ fleet }: Dashboard, actor: FleetActor, policy: string): number {
  return fleet.rowsFor(actor).filter((row) => row.policy === policy).length;
}

/** The view, with the words of what was done just now. */
function viewOf(dashboard: Dashboard, request: FastifyRequest): View {
  const view = dashboard.view(request);
  const texts: Readonly<Record<string, string>> = releaseWords[languageOf(request)].done;
  const text = texts[queryOf(request, 'done') ?? ''];
  return text === undefined ? view : { ...view, notice: { kind: 'done', text } };
}
