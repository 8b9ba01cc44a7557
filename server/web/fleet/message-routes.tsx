import type { FastifyInstance } from 'fastify';
import { VarcoError } from '../../../shared/errors.ts';
import { demand } from '../../fleet/access/actor.ts';
import { may } from '../../fleet/access/permissions.ts';
import type { Outbox } from '../../notify/message-outbox.ts';
import type { Store } from '../../store/store.ts';
import { paramOf } from '../request-fields.ts';
import type { Dashboard } from './dashboard.tsx';
import { MessagesPage } from './messages-page.tsx';

const SHOWN_MAX = 100;

/** What could not be delivered to people: `/fleet/messages`. Nobody's address or words are in it. */
export function registerMessageRoutes(
  http: FastifyInstance,
  dashboard: Dashboard,
  deps: { store: Store; outbox: Outbox },
): void {
  const { store, outbox } = deps;

  http.get('/fleet/messages', async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    if (!may(actor, 'message.manage')) {
      const refused = new VarcoError('forbidden', `${actor.role} may not see the messages`);
      return dashboard.refuse(request, reply, refused);
    }
    const [counts, dead] = await Promise.all([outbox.counts(), outbox.list('dead', SHOWN_MAX)]);
    return dashboard.send(request, reply, {
      title: view.words.messages.heading,
      place: 'messages',
      body: <MessagesPage view={view} counts={counts} dead={dead} />,
    });
  });

  for (const [act, done] of [
    ['retry', 'retried'],
    ['drop', 'dropped'],
  ] as const) {
    http.post(`/fleet/messages/:id/${act}`, (request, reply) =>
      dashboard.act(request, reply, done, async () => {
        const actor = dashboard.actor(request);
        demand(actor, 'message.manage');
        const id = paramOf(request, 'id');
        await store.transaction(async (tx) => {
          await outbox[act](id, tx);
          const note = { kind: `message.${done}`, actor: actor.id, body: { message: id } };
          await dashboard.fleet.activity.note(tx, [note]);
        });
        return '/fleet/messages';
      }),
    );
  }
}
