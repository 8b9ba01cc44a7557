import type { CommandName } from '../../../shared/protocol/kiosk-command.ts';
import { commandNames } from '../../../shared/protocol/kiosk-command.ts';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { may } from '../../fleet/access/permissions.ts';
import type { CommandRow } from '../../fleet/commands/command-rows.ts';
import type { CommandView } from './commands-page.tsx';
import type { Dashboard } from './dashboard.tsx';
import { linkToGate } from './place-links.ts';

/** The commands that somebody may send to a site's kiosks; without a site, to all. */
export function commandNamesFor(actor: FleetActor, site: string | undefined): CommandName[] {
  return commandNames.filter((name) => may(actor, `command.${name}`, { site }));
}

export async function commandViews(
  dashboard: Dashboard,
  actor: FleetActor,
  query: { gate?: string; limit?: number },
): Promise<CommandView[]> {
  const rows = await dashboard.fleet.commands.list(actor, query);
  const nameOf = await dashboard.names.words();
  return rows.map((row) => ({ ...toView(row, dashboard), by: nameOf(row.actor) }));
}

function toView(row: CommandRow, { fleet }: Dashboard): Omit<CommandView, 'by'> {
  const { id, command, gate, reason, createdAt, endedAt, state, result } = row;
  return {
    id,
    name: command.name,
    gate: linkToGate(fleet, gate),
    reason,
    at: createdAt,
    endedAt,
    state,
    code: result?.code,
    content: contentOf(row),
  };
}

const kinds: Partial<Record<CommandName, 'logs' | 'screenshot'>> = {
  collectLogs: 'logs',
  screenshot: 'screenshot',
};

/** Whether something came back that can be looked at. */
function contentOf({ id, command, result }: CommandRow): CommandView['content'] {
  if (result?.type === undefined) {
    return undefined;
  }
  const kind = kinds[command.name] ?? 'other';
  return { kind, href: `/fleet/commands/${encodeURIComponent(id)}/content` };
}
