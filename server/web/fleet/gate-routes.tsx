import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { type FleetAction, may } from '../../fleet/access/permissions.ts';
import type { GateDetails } from '../../fleet/view/kiosk-rows.ts';
import { access } from '../../route-access.ts';
import { paramOf, valueIn } from '../request-fields.ts';
import { activityViews } from './activity-views.ts';
import { activeAlertsOf } from './alert-views.ts';
import { commandNamesFor, commandViews } from './command-views.ts';
import type { Dashboard } from './dashboard.tsx';
import { EnrolPage } from './enrol-page.tsx';
import type { View } from './fleet-frame.tsx';
import { position, tagList } from './form-fields.ts';
import type { ConfigView } from './gate-config.tsx';
import { GatePage } from './gate-page.tsx';
import { type HistoryView, RANGE_MS, type Range, ranges } from './history-series.ts';
import { historyView } from './history-views.ts';
import { policyChoices } from './policy-choices.ts';

const EVENTS_SHOWN = 30;
const COMMANDS_SHOWN = 15;

const changeForm = z.object({
  title: z.string(),
  policy: z.string(),
  place: z.string().default(''),
  tags: tagList,
  x: position,
  y: position,
});
const noteForm = z.object({ note: z.string() });
const reasonForm = z.object({ reason: z.string().trim().min(1).max(200) });

/** One gate and its kiosk: `/fleet/gates/ID`. */
export function registerGateRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/gates/:id', access('fleet.view'), async (request, reply) => {
    const id = paramOf(request, 'id');
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    try {
      const details = fleet.details(actor, id);
      const props = await gateProps(dashboard, actor, view, details, rangeOf(request.query));
      return dashboard.send(request, reply, {
        title: details.row.name,
        place: 'fleet',
        islands: ['history'],
        body: <GatePage {...props} />,
      });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.get('/fleet/gates/:id/history.json', access('fleet.view'), async (request) => {
    const id = paramOf(request, 'id');
    return historyOf(dashboard, dashboard.actor(request), id, rangeOf(request.query));
  });

  http.post('/fleet/gates/:id', access('gate.edit'), (request, reply) =>
    dashboard.act(request, reply, 'changed', async () => {
      const id = paramOf(request, 'id');
      const { x, y, ...fields } = parseInput(changeForm, request.body, 'formInvalid');
      await fleet.gates.change(dashboard.actor(request), id, {
        ...fields,
        // What is left out stays as it is.
        ...(x === undefined ? {} : { x }),
        ...(y === undefined ? {} : { y }),
      });
      return pathOf(id);
    }),
  );

  http.post('/fleet/gates/:id/note', access('gate.note'), (request, reply) =>
    dashboard.act(request, reply, 'saved', async () => {
      const id = paramOf(request, 'id');
      await fleet.gates.change(
        dashboard.actor(request),
        id,
        parseInput(noteForm, request.body, 'formInvalid'),
      );
      return pathOf(id);
    }),
  );

  registerKioskActs(http, dashboard);
}

const pathOf = (id: string) => `/fleet/gates/${encodeURIComponent(id)}`;

/** What is done to the kiosk of a gate, or to the gate as a whole. */
function registerKioskActs(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  // The code is shown in the answer itself: the server has only its hash, so no other page could.
  http.post('/fleet/gates/:id/enrol', access('kiosk.enrol'), async (request, reply) => {
    const id = paramOf(request, 'id');
    const replace = valueIn(request.body, 'replace');
    const view = dashboard.view(request);
    try {
      const actor = dashboard.actor(request);
      const [made] = await fleet.enrolment.createCodes(actor, [id], { replace: replace === '1' });
      if (!made) {
        return reply.redirect(pathOf(id), 303);
      }
      return dashboard.send(request, reply, {
        title: view.words.enrol.heading,
        place: 'sites',
        body: (
          <EnrolPage
            view={{ ...view, path: pathOf(id) }}
            gate={{ id, name: made.title }}
            code={made.code}
            invitation={made.invitation}
            expiresAt={made.expiresAt}
          />
        ),
      });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.post('/fleet/gates/:id/revoke', access('kiosk.revoke'), (request, reply) =>
    dashboard.act(request, reply, 'revoked', async () => {
      const id = paramOf(request, 'id');
      const { reason } = parseInput(reasonForm, request.body, 'formInvalid');
      await fleet.kiosks.revoke(dashboard.actor(request), id, reason);
      return pathOf(id);
    }),
  );

  http.post('/fleet/gates/:id/remove', access('gate.remove'), (request, reply) =>
    dashboard.act(request, reply, 'removed', async () => {
      const id = paramOf(request, 'id');
      const { reason } = parseInput(reasonForm, request.body, 'formInvalid');
      await fleet.gates.remove(dashboard.actor(request), id, reason);
      return '/fleet';
    }),
  );
}

function rangeOf(query: unknown): Range {
  const range = valueIn(query, 'range');
  return ranges.find((one) => one === range) ?? 'hours';
}

async function historyOf(
  dashboard: Dashboard,
  actor: FleetActor,
  gate: string,
  range: Range,
): Promise<HistoryView> {
  const to = dashboard.deps.now();
  const history = await dashboard.fleet.history(actor, gate, { from: to - RANGE_MS[range], to });
  return historyView(history, range);
}

async function gateProps(
  dashboard: Dashboard,
  actor: FleetActor,
  view: View,
  details: GateDetails,
  range: Range,
): Promise<Parameters<typeof GatePage>[0]> {
  const { row, gate, kiosk, told } = details;
  const site = gate.site;
  const can = (action: FleetAction) => may(actor, action, { site });
  return {
    view,
    row,
    gate: { ...gate, name: gate.title },
    kiosk: kiosk && {
      id: kiosk.id,
      fingerprint: fingerprintOf(await dashboard.fleet.findKiosk(kiosk.id)),
      enrolledAt: kiosk.registeredAt,
    },
    status: told?.status,
    lastContactAt: told?.at,
    stale: details.stale,
    config: await configView(dashboard, actor, details),
    history: await historyOf(dashboard, actor, gate.id, range),
    alerts: await activeAlertsOf(dashboard, actor, { gate: gate.id }, view),
    commands: await commandViews(dashboard, actor, { gate: gate.id, limit: COMMANDS_SHOWN }),
    events: await activityViews(dashboard, actor, view, {
      gate: gate.id,
      limit: EVENTS_SHOWN,
    }),
    refused: await dashboard.fleet.refusedFacts(actor, gate.id),
    policies: policyChoices(dashboard),
    may: {
      note: can('gate.note'),
      edit: can('gate.edit'),
      remove: can('gate.remove'),
      enrol: can('kiosk.enrol'),
      revoke: can('kiosk.revoke'),
      config: can('config.rollOut'),
      alerts: can('alert.acknowledge'),
      commands: commandNamesFor(actor, site),
    },
  };
}

/** What people compare by eye: the first half of the key's SHA-256, in groups. */
function fingerprintOf(kiosk: { publicKey: string } | undefined): string {
  if (!kiosk) {
    return '–';
  }
  const hash = createHash('sha256').update(Buffer.from(kiosk.publicKey, 'base64url'));
  return (hash.digest('hex').slice(0, 32).match(/.{4}/g) ?? []).join(' ');
}

async function configView(
  { fleet }: Dashboard,
  actor: FleetActor,
  { desired, told, drifts, row }: GateDetails,
): Promise<ConfigView> {
  const bodyOf = async (version: number) =>
    version === 0
      ? {}
      : ((await fleet.configs.get(actor, version).catch(() => undefined))?.body ?? {});
  const reported = told?.config;
  const policy = drifts.find((drift) => drift.kind === 'policy');
  return {
    desired: desired === 0 ? undefined : { version: desired, body: await bodyOf(desired) },
    reported,
    reportedBody: reported && (await bodyOf(reported.version)),
    drift: row.drift,
    policy: row.policy,
    standing: fleet.releases.standingOf(row.policy),
    policyDrift: policy && { desired: policy.desired, reported: policy.reported },
  };
}
