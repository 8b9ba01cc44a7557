import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FleetActor } from '../../fleet/access/actor.ts';
import { parseInput } from '../../fleet/access/parse-input.ts';
import { scopes } from '../../fleet/access/permissions.ts';
import { roles } from '../../fleet/access/roles.ts';
import { access } from '../../route-access.ts';
import { paramOf } from '../request-fields.ts';
import type { Dashboard } from './dashboard.tsx';
import type { View } from './fleet-frame.tsx';
import { count, several } from './form-fields.ts';
import { TokensPage } from './tokens-page.tsx';

const tokenForm = z.object({
  title: z.string(),
  role: z.enum(roles),
  scopes: several,
  days: count,
});

/** Programs' tokens: `/fleet/tokens`. */
export function registerTokenRoutes(http: FastifyInstance, dashboard: Dashboard): void {
  const { fleet } = dashboard;

  const page = async (actor: FleetActor, view: View, made?: string) => (
    <TokensPage
      view={view}
      tokens={await fleet.tokens.list(actor)}
      scopes={scopes}
      roles={roles}
      made={made}
    />
  );

  http.get('/fleet/tokens', access('token.manage'), async (request, reply) => {
    const actor = dashboard.actor(request);
    const view = dashboard.view(request);
    const body = await page(actor, view);
    return dashboard.send(request, reply, {
      title: view.words.tokens.heading,
      place: 'tokens',
      body,
    });
  });

  // The token is shown in the answer itself: the server has only its hash, so no other page could.
  http.post('/fleet/tokens', access('token.manage'), async (request, reply) => {
    try {
      const actor = dashboard.actor(request);
      const form = parseInput(tokenForm, request.body, 'formInvalid');
      const { token } = await fleet.tokens.create(actor, {
        ...form,
        scopes: form.scopes as (typeof scopes)[number][],
        sites: 'all',
      });
      const view = { ...dashboard.view(request), path: '/fleet/tokens' };
      return dashboard.send(request, reply, {
        title: view.words.tokens.heading,
        place: 'tokens',
        body: await page(actor, view, token),
      });
    } catch (error) {
      return dashboard.refuse(request, reply, error);
    }
  });

  http.post('/fleet/tokens/:id/revoke', access('token.manage'), (request, reply) =>
    dashboard.act(request, reply, 'revoked', async () => {
      const id = paramOf(request, 'id');
      await fleet.tokens.revoke(dashboard.actor(request), id);
      return '/fleet/tokens';
    }),
  );
}
