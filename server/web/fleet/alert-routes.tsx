import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { may } from '../../fleet/access/permissions.ts';
import { access } from '../../route-access.ts';
import { paramOf, queryOf } from '../request-fields.ts';
import { alertViews } from './alert-views.ts';
import { AlertsPage, alertLists, silenceHours } from './alerts-page.tsx';
import type { Dashboard } from './dashboard.tsx';

const HOUR_MS = 3_600_000;

const acknowledgeForm = z.object({ reason: z.string() });
const silenceForm = z.object({
  reason: z.string(),
  hours: z.coerce.number().pipe(z.literal([...silenceHours])),
});

/** The inbox of alerts: `/fleet/alerts`. */
export function registerAlertRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet, deps } = dashboard;

  http.get('/fleet/alerts', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const list = queryOf(request, 'list');
    const shown = alertLists.find((one) => one === list) ?? 'open';
    return dashboard.send(request, reply, {
      title: view.words.alerts.heading,
      place: 'alerts',
      body: (
        <AlertsPage
          view={view}
          list={shown}
          alerts={await alertViews(dashboard, actor, shown, view)}
          may={(site) => may(actor, 'alert.acknowledge', { site })}
        />
      ),
    });
  });

  http.post('/fleet/alerts/:id/acknowledge', access('alert.acknowledge'), (request, reply) =>
    dashboard.act(request, reply, 'acknowledged', async () => {
      const id = paramOf(request, 'id');
      const { reason } = parseInput(acknowledgeForm, request.body, 'formInvalid');
      await fleet.alerts.acknowledge(dashboard.actor(request), id, reason);
      return undefined;
    }),
  );

  http.post('/fleet/alerts/:id/silence', access('alert.silence'), (request, reply) =>
    dashboard.act(request, reply, 'silenced', async () => {
      const id = paramOf(request, 'id');
      const { reason, hours } = parseInput(silenceForm, request.body, 'formInvalid');
      const until = deps.now() + hours * HOUR_MS;
      await fleet.alerts.silence(dashboard.actor(request), id, { reason, until });
      return undefined;
    }),
  );
}
