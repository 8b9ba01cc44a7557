import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { may, mayAnywhere } from '../../fleet/access/permissions.ts';
import type { Rollout } from '../../fleet/config/rollout-rows.ts';
import { access } from '../../route-access.ts';
import { paramOf } from '../request-fields.ts';
import type { Dashboard } from './dashboard.tsx';
import { count } from './form-fields.ts';
import { choicesOf } from './overview-routes.tsx';
import { readJson } from './place-routes.tsx';
import { RolloutPage, RolloutsPage, type RolloutView } from './rollouts-page.tsx';

const startForm = z.object({
  body: z.string().max(20_000).default('{}'),
  version: z.union([z.literal('new'), count]),
  note: z.string().default(''),
  tag: z.string().default(''),
  site: z.string().default(''),
  stages: z.string().default('100'),
  failuresMax: count.default(0),
  /** Minutes. */
  wait: count.default(1),
});
const acts = ['pause', 'resume', 'cancel', 'rollBack'] as const;
const turnForm = z.object({ act: z.enum(acts), reason: z.string().trim().max(200).default('') });

/** The kiosks' config and how it comes to them: `/fleet/rollouts`. */
export function registerRolloutRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/rollouts', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const { sites, tags } = choicesOf(fleet.rowsFor(actor));
    const versions = await fleet.configs.list(actor);
    const nameOf = await dashboard.names.words();
    return dashboard.send(request, reply, {
      title: view.words.rollouts.heading,
      place: 'rollouts',
      body: (
        <RolloutsPage
          view={view}
          rollouts={(await fleet.rollouts.list(actor)).map((one) => toView(one, actor, nameOf))}
          versions={versions.map(({ actor: by, ...rest }) => ({ ...rest, by: nameOf(by) }))}
          choices={{ sites, tags }}
          may={{
            make: may(actor, 'config.edit'),
            rollOut: mayAnywhere(actor, 'config.rollOut'),
          }}
        />
      ),
    });
  });

  http.post('/fleet/rollouts', access('config.rollOut'), (request, reply) =>
    dashboard.act(request, reply, 'started', async () => {
      const actor = dashboard.actor(request);
      const form = parseInput(startForm, request.body, 'formInvalid');
      const { note, tag, site, failuresMax } = form;
      const version =
        form.version === 'new'
          ? (
              await fleet.configs.create(actor, {
                body: readJson(form.body, 'configInvalid'),
                note,
              })
            ).version
          : form.version;
      // Without a tag or a site, a manager of some sites means all of theirs.
      const own = actor.sites === 'all' ? undefined : [...actor.sites];
      const sites = site ? [site] : own;
      const tags = tag ? [tag] : undefined;
      const { id } = await fleet.rollouts.start(actor, {
        version,
        filter: sites || tags ? { sites, tags } : { all: true },
        plan: {
          percentages: percentagesOf(form.stages),
          failuresMax,
          soakMs: form.wait * 60_000,
        },
        reason: note,
      });
      return `/fleet/rollouts/${id}`;
    }),
  );

  registerOneRollout(http, dashboard);
}

function registerOneRollout(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/rollouts/:id', access('fleet.view'), async (request, reply) => {
    const id = paramOf(request, 'id');
    const view = dashboard.view(request);
    try {
      const actor = dashboard.actor(request);
      const details = await fleet.rollouts.get(actor, id);
      const targets = details.targets.map(({ gate, ...target }) => ({
        ...target,
        gate: { id: gate, name: fleet.roster.get(gate)?.gate.title ?? gate },
      }));
      const nameOf = await dashboard.names.words();
      return dashboard.send(request, reply, {
        title: view.words.rollouts.heading,
        place: 'rollouts',
        body: (
          <RolloutPage view={view} rollout={toView(details, actor, nameOf)} targets={targets} />
        ),
      });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.post('/fleet/rollouts/:id', access('config.rollOut'), (request, reply) =>
    dashboard.act(request, reply, 'changed', async () => {
      const id = paramOf(request, 'id');
      const { act, reason } = parseInput(turnForm, request.body, 'formInvalid');
      await fleet.rollouts.turn(dashboard.actor(request), id, act, reason);
      return `/fleet/rollouts/${id}`;
    }),
  );
}

/** @throws VarcoError `rolloutInvalid`: what is typed is not numbers. */
function percentagesOf(text: string): number[] {
  const numbers = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number);
  if (numbers.length === 0 || numbers.some((one) => !Number.isInteger(one))) {
    throw new VarcoError('rolloutInvalid', 'Stages are whole numbers such as 10 50 100');
  }
  return numbers.at(-1) === 100 ? numbers : [...numbers, 100];
}

function toView(
  rollout: Rollout,
  actor: FleetActor,
  nameOf: (actor: string) => string,
): RolloutView {
  const { id, version, state, stage, plan, reason, startedAt, endedAt, counts } = rollout;
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  return {
    id,
    version,
    state,
    stage: Math.min(stage + 1, plan.percentages.length),
    stages: plan.percentages.length,
    reason,
    by: nameOf(rollout.actor),
    startedAt,
    endedAt,
    total,
    applied: counts.applied,
    failed: counts.failed,
    late: counts.late,
    acts: mayAnywhere(actor, 'config.rollOut') ? actsOf(state) : [],
  };
}

function actsOf(state: Rollout['state']): (typeof acts)[number][] {
  switch (state) {
    case 'running':
      return ['pause', 'cancel', 'rollBack'];
    case 'paused':
    case 'stopped':
      return ['resume', 'cancel', 'rollBack'];
    case 'completed':
    case 'cancelled':
      return ['rollBack'];
    case 'rolledBack':
      return [];
  }
}
