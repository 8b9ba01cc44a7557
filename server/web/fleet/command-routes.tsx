import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { VarcoError } from '../../../shared/errors.ts';
import { commandSchema } from '../../../shared/protocol/kiosk-command.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { commandActions, mayAnywhere } from '../../fleet/access/permissions.ts';
import { access } from '../../route-access.ts';
import { paramOf } from '../request-fields.ts';
import { commandNamesFor, commandViews } from './command-views.ts';
import { CommandsPage } from './commands-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import { formatKioskQuery, type KioskQuery, parseKioskQuery, selectKiosks } from './kiosk-query.ts';

const COMMANDS_SHOWN = 100;

const commandForm = z.object({
  name: z.string(),
  message: z.string().trim().max(200).default(''),
  reason: z.string().trim().max(200).default(''),
});
const bulkForm = commandForm.extend({
  filter: z.string().max(1_000),
  count: z
    .string()
    .trim()
    .regex(/^\d{1,6}$/),
});

/** Commands: to one kiosk from its own page, to many by a filter, and what became of them. */
export function registerCommandRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/commands', access('fleet.view'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const query = parseKioskQuery(request.query as Record<string, unknown>);
    const names = commandNamesFor(actor, actor.sites === 'all' ? undefined : actor.sites[0]);
    const bulk = {
      query,
      count: meant(dashboard, request, query).length,
      // One gate is opened at a time.
      names: names.filter((name) => name !== 'openOnce'),
    };
    return dashboard.send(request, reply, {
      title: view.words.commands.heading,
      place: 'commands',
      body: (
        <CommandsPage
          view={view}
          commands={await commandViews(dashboard, actor, { limit: COMMANDS_SHOWN })}
          bulk={mayAnywhere(actor, 'command.identify') ? bulk : undefined}
        />
      ),
    });
  });

  http.post('/fleet/gates/:id/command', access(commandActions), (request, reply) =>
    dashboard.act(request, reply, 'sent', async () => {
      const id = paramOf(request, 'id');
      const { name, message, reason } = parseInput(commandForm, request.body, 'formInvalid');
      const command = commandOf(name, message, reason);
      await fleet.commands.send(dashboard.actor(request), {
        filter: { gates: [id] },
        command,
        reason,
      });
      return `/fleet/gates/${encodeURIComponent(id)}#commands`;
    }),
  );

  http.post('/fleet/commands', access(commandActions), (request, reply) =>
    dashboard.act(request, reply, 'sent', async () => {
      const { name, message, reason, filter, count } = parseInput(
        bulkForm,
        request.body,
        'formInvalid',
      );
      const query = parseKioskQuery(Object.fromEntries(new URLSearchParams(filter)));
      const gates = meant(dashboard, request, query).map(({ id }) => id);
      // Typed by a person who saw that number: if the fleet has changed since, nothing is sent.
      if (Number(count) !== gates.length) {
        throw new VarcoError('countMismatch', `${gates.length} kiosks are meant`);
      }
      await fleet.commands.send(dashboard.actor(request), {
        filter: { gates },
        command: commandOf(name, message, reason),
        reason,
        count: gates.length,
      });
      return `/fleet/commands?${formatKioskQuery(query)}`;
    }),
  );

  registerContent(http, dashboard);
}

/** What a command brought back: logs, or a picture of the screen. */
function registerContent(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  http.get('/fleet/commands/:id/content', access('fleet.view'), async (request, reply) => {
    const id = paramOf(request, 'id');
    try {
      const { result } = await fleet.commands.get(dashboard.actor(request), id);
      if (result?.content === undefined) {
        throw new VarcoError('commandUnknown', 'Nothing is kept of this command');
      }
      const isPicture = result.type === 'image/png';
      return reply
        .type(isPicture ? 'image/png' : 'text/plain; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(isPicture ? Buffer.from(result.content, 'base64') : result.content);
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });
}

/** The kiosks that a filter means now: those with a board, in the table's order. */
function meant(
  dashboard: Dashboard,
  request: Parameters<Dashboard['actor']>[0],
  query: KioskQuery,
) {
  const rows = dashboard.fleet.rowsFor(dashboard.actor(request));
  return selectKiosks(rows, query).filter(
    ({ id }) => dashboard.fleet.roster.get(id)?.kiosk !== undefined,
  );
}

/** @throws VarcoError `commandInvalid` for a name that is none, or one that lacks what it needs. */
function commandOf(name: string, message: string, reason: string) {
  if (name === 'openOnce' && reason === '') {
    throw new VarcoError('reasonMissing', 'Opening a gate needs a reason');
  }
  const hasMessage = name === 'outOfService' && message !== '';
  const input = name === 'openOnce' ? { name, reason } : hasMessage ? { name, message } : { name };
  const parsed = commandSchema.safeParse(input);
  if (!parsed.success) {
    throw new VarcoError('commandInvalid', z.prettifyError(parsed.error));
  }
  return parsed.data;
}
