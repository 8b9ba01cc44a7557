import type { FastifyInstance } from 'fastify';
import { access } from '../../route-access.ts';
import { queryOf } from '../request-fields.ts';
import { ActivityPage } from './activity-page.tsx';
import { activityViews } from './activity-views.ts';
import type { Dashboard } from './dashboard.tsx';

const PAGE_EVENTS = 100;

/** Who did what, and what happened by itself: `/fleet/activity`. */
export function registerActivityRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  http.get('/fleet/activity', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const before = queryOf(request, 'before');
    const from = /^\d{1,15}$/.test(before ?? '') ? Number(before) : undefined;
    const events = await activityViews(dashboard, actor, view, {
      before: from,
      limit: PAGE_EVENTS,
    });
    return dashboard.send(request, reply, {
      title: view.words.activity.heading,
      place: 'activity',
      body: (
        <ActivityPage
          view={view}
          events={events}
          olderThan={events.length === PAGE_EVENTS ? events.at(-1)?.id : undefined}
          newest={from === undefined}
        />
      ),
    });
  });
}
