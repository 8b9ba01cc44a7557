import type { FastifyInstance } from 'fastify';
import type { Outbox } from '../../notify/message-outbox.ts';
import { access } from '../../route-access.ts';
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

  http.get('/fleet/messages', access('message.manage'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const dead = await outbox.list(actor, 'dead', SHOWN_MAX);
    const counts = await outbox.counts();
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
    http.post(`/fleet/messages/:id/${act}`, access('message.manage'), (request, reply) =>
      dashboard.act(request, reply, done, async () => {
        const actor = dashboard.actor(request);
        const id = paramOf(request, 'id');
        await store.transaction(async (tx) => {
          await outbox[act](actor, id, tx);
          const note = { kind: `message.${done}`, actor: actor.id, body: { message: id } };
          await dashboard.fleet.activity.note(tx, [note]);
        });
        return '/fleet/messages';
      }),
    );
  }
}
