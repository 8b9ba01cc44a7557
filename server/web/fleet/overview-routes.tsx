import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { mayAnywhere } from '../../fleet/access/permissions.ts';
import type { KioskRow } from '../../fleet/view/kiosk-row.ts';
import { access } from '../../route-access.ts';
import { paramOf, valueIn } from '../request-fields.ts';
import { alertViews } from './alert-views.ts';
import { type Dashboard, THEME_COOKIE } from './dashboard.tsx';
import type { FilterChoices } from './filter-form.tsx';
import { themes } from './fleet-frame.tsx';
import { formatKioskQuery, parseKioskQuery, selectKiosks } from './kiosk-query.ts';
import { OverviewPage } from './overview-page.tsx';

const THEME_DAYS = 365;
/** Alerts at the head of the first page. */
const URGENT_MAX = 5;

/** `/fleet`, its saved views, and the choice of light and dark. */
export function registerOverviewRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const fields = request.query as Record<string, unknown>;
    const query = parseKioskQuery(fields);
    const all = fleet.rowsFor(actor);
    const paged = fields.paged === '1';
    const urgent = (await alertViews(dashboard, actor, 'open', view)).slice(0, URGENT_MAX);
    return dashboard.send(request, reply, {
      title: view.words.title,
      place: 'fleet',
      islands: ['summary', ...(paged ? [] : ['fleet-table'])],
      body: (
        <OverviewPage
          view={view}
          summary={fleet.summaryFor(actor)}
          alerts={urgent}
          rows={selectKiosks(all, query)}
          query={query}
          page={Number(fields.page) || 1}
          paged={paged}
          choices={choicesOf(all)}
          views={await fleet.views.list(actor)}
          maySaveViews={mayAnywhere(actor, 'fleet.saveView')}
          mayCommand={mayAnywhere(actor, 'command.identify')}
        />
      ),
    });
  });

  http.post('/fleet/views', access('fleet.saveView'), (request, reply) =>
    dashboard.act(request, reply, 'saved', async () => {
      const { title, query } = parseInput(viewForm, request.body, 'formInvalid');
      const kept = formatKioskQuery(
        parseKioskQuery(Object.fromEntries(new URLSearchParams(query))),
      );
      await fleet.views.save(dashboard.actor(request), { title, query: kept });
      return `/fleet?${kept}`;
    }),
  );

  http.post('/fleet/views/:id/remove', access('fleet.saveView'), (request, reply) =>
    dashboard.act(request, reply, 'removed', async () => {
      const id = paramOf(request, 'id');
      await fleet.views.remove(dashboard.actor(request), id);
      return undefined;
    }),
  );

  http.post('/fleet/theme', access('fleet.view'), (request, reply) => {
    const theme = valueIn(request.body, 'theme');
    const chosen = themes.find((one) => one === theme) ?? 'auto';
    reply.setCookie(THEME_COOKIE, chosen, {
      path: '/fleet',
      httpOnly: true,
      sameSite: 'lax',
      secure: request.protocol === 'https',
      maxAge: THEME_DAYS * 86_400,
    });
    return reply.redirect(dashboard.back(request), 303);
  });
}

const viewForm = z.object({ title: z.string(), query: z.string().max(1_000) });

/** What the filter offers: what there is among the rows. */
export function choicesOf(rows: readonly KioskRow[]): FilterChoices {
  const sites = new Map(rows.map(({ siteId, siteName }) => [siteId, siteName]));
  return {
    sites: [...sites]
      .map(([id, name]) => ({ id, name }))
      .sort((one, other) => one.name.localeCompare(other.name, 'it')),
    policies: [...new Set(rows.map(({ policy }) => policy))].sort(),
    tags: [...new Set(rows.flatMap(({ tags }) => tags))].sort(),
  };
}
