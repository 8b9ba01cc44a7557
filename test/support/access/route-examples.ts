import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { API_PREFIX } from '../../../server/fleet/api/api.ts';
import { policyApiExamples, policyPageExamples } from './policy-examples.ts';
import { type RouteExample, reason } from './route-example.ts';

const page = (url: string): RouteExample => ({ about: 'none', make: () => ({ url }) });

const bySite = (make: RouteExample['make'], action?: string): RouteExample => ({
  about: 'site',
  make,
  ...(action ? { action } : {}),
});

/** For every route that states an action: a request about a thing of a site, or about none. */
export const routeExamples: Readonly<Record<string, RouteExample>> = {
  'GET /fleet': page('/fleet'),
  'POST /fleet/views': {
    about: 'none',
    make: (world) => ({ url: '/fleet/views', body: { title: world.name('view'), query: '' } }),
  },
  'POST /fleet/views/:id/remove': page('/fleet/views/none/remove'),
  'POST /fleet/theme': page('/fleet/theme'),
  'GET /fleet/session': page('/fleet/session'),
  'GET /fleet/kiosks.json': page('/fleet/kiosks.json'),
  'GET /fleet/events': page('/fleet/events'),
  'GET /fleet/activity': page('/fleet/activity'),
  'GET /fleet/alerts': page('/fleet/alerts'),
  'GET /fleet/commands': page('/fleet/commands'),
  'GET /fleet/rollouts': page('/fleet/rollouts'),
  'GET /fleet/tokens': page('/fleet/tokens'),
  'GET /fleet/messages': page('/fleet/messages'),
  'GET /fleet/sites': page('/fleet/sites'),
  'POST /fleet/sites': {
    about: 'none',
    make: (world) => ({ url: '/fleet/sites', body: { id: world.name('new'), title: 'Nuova' } }),
  },
  'GET /fleet/sites/:id': bySite((_world, site) => ({ url: `/fleet/sites/${site}` })),
  'POST /fleet/sites/:id': bySite((_world, site) => ({
    url: `/fleet/sites/${site}`,
    body: { title: site },
  })),
  'POST /fleet/gates': bySite((world, site) => ({
    url: '/fleet/gates',
    body: { id: world.name('gate'), site, title: 'Nuovo', policy: DEMO_POLICY },
  })),
  'POST /fleet/gates/import': bySite((world, site) => ({
    url: '/fleet/gates/import',
    as: 'multipart',
    body: { text: `site,gate,title,policy\n${site},${world.name('gate')},Nuovo,${DEMO_POLICY}\n` },
  })),
  'GET /fleet/gates/:id': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}`,
  })),
  'GET /fleet/gates/:id/history.json': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}/history.json`,
  })),
  'POST /fleet/gates/:id': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}`,
    body: { title: 'Altro', policy: DEMO_POLICY },
  })),
  'POST /fleet/gates/:id/note': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}/note`,
    body: { note: 'x' },
  })),
  'POST /fleet/gates/:id/enrol': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}/enrol`,
  })),
  'POST /fleet/gates/:id/revoke': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.kiosk(site)}/revoke`,
    body: { reason },
  })),
  'POST /fleet/gates/:id/remove': bySite(async (world, site) => ({
    url: `/fleet/gates/${await world.gate(site)}/remove`,
    body: { reason },
  })),
  'POST /fleet/gates/:id/command': bySite(async (world, site) => {
    const url = `/fleet/gates/${await world.kiosk(site)}/command`;
    return { url, body: { name: 'restartBoard', reason } };
  }, 'command.restartBoard'),
  // The form counts among the gates that its sender sees.
  'POST /fleet/commands': {
    about: 'none',
    action: 'command.identify',
    make: async (world) => ({
      url: '/fleet/commands',
      body: { name: 'identify', filter: `text=${await world.kiosk('torino')}`, count: '1' },
    }),
  },
  'GET /fleet/commands/:id/content': bySite(
    async (world, site) => ({ url: `/fleet/commands/${await world.command(site)}/content` }),
    'command.identify',
  ),
  'POST /fleet/rollouts': bySite((_world, site) => ({
    url: '/fleet/rollouts',
    body: { version: '0', site },
  })),
  'GET /fleet/rollouts/:id': bySite(async (world, site) => ({
    url: `/fleet/rollouts/${await world.rollout(site)}`,
  })),
  'POST /fleet/rollouts/:id': bySite(async (world, site) => ({
    url: `/fleet/rollouts/${await world.rollout(site)}`,
    body: { act: 'pause', reason },
  })),
  'POST /fleet/alerts/:id/acknowledge': bySite(async (world, site) => ({
    url: `/fleet/alerts/${await world.alert(site)}/acknowledge`,
    body: { reason },
  })),
  'POST /fleet/alerts/:id/silence': bySite(async (world, site) => ({
    url: `/fleet/alerts/${await world.alert(site)}/silence`,
    body: { reason, hours: '1' },
  })),
  'POST /fleet/tokens': {
    about: 'none',
    make: () => ({
      url: '/fleet/tokens',
      body: { title: 'x', role: 'viewer', scopes: 'fleet:read', days: '1' },
    }),
  },
  'POST /fleet/tokens/:id/revoke': {
    about: 'none',
    make: async (world) => ({ url: `/fleet/tokens/${await world.token()}/revoke` }),
  },
  'POST /fleet/messages/:id/retry': {
    about: 'none',
    make: async (world) => ({ url: `/fleet/messages/${await world.message()}/retry` }),
  },
  'POST /fleet/messages/:id/drop': {
    about: 'none',
    make: async (world) => ({ url: `/fleet/messages/${await world.message()}/drop` }),
  },
  'GET /staff': page('/staff'),
  'POST /staff/invite': bySite((_world, site) => ({
    url: '/staff/invite',
    body: { role: 'administrator', sites: site },
  })),
  'POST /staff/reset': bySite(async (world, site) => ({
    url: '/staff/reset',
    body: { account: await world.account(site) },
  })),
  'POST /staff/disable': bySite(async (world, site) => ({
    url: '/staff/disable',
    body: { account: await world.account(site) },
  })),
  'GET /operator': page('/operator'),
  'GET /operator/check': page('/operator/check'),
  'GET /operator/second-level': page('/operator/second-level'),
  'GET /operator/reveal': page('/operator/reveal'),
  'POST /operator/check': {
    about: 'none',
    make: ({ person }) => ({
      url: '/operator/check',
      body: { code: person.text, codiceFiscale: person.person.codiceFiscale, site: 'torino' },
    }),
  },
  // A case is sealed for one session: without one the desk asks to start over.
  'POST /operator/second-level': page('/operator/second-level'),
  'POST /operator/reveal': page('/operator/reveal'),
  'GET /metrics': page('/metrics'),
  ...policyPageExamples,
  ...Object.fromEntries(
    Object.entries(apiExamples()).map(([key, { make, ...example }]) => {
      const [method, url] = key.split(' ');
      const inside: RouteExample['make'] = async (world, site) => {
        const made = await make(world, site);
        return { as: 'json', ...made, url: `${API_PREFIX}${made.url}` };
      };
      return [`${method} ${API_PREFIX}${url}`, { ...example, make: inside }];
    }),
  ),
};

function apiExamples(): Record<string, RouteExample> {
  const listed = ['summary', 'gates', 'sites', 'configs', 'rollouts', 'commands', 'alerts'];
  return {
    ...Object.fromEntries(
      [...listed, 'activity', 'audit', 'tokens'].map((name) => [`GET /${name}`, page(`/${name}`)]),
    ),
    ...policyApiExamples,
    ...apiPlaces(),
    ...apiActs(),
  };
}

function apiPlaces(): Record<string, RouteExample> {
  return {
    'GET /gates/:gate': bySite(async (world, site) => ({
      url: `/gates/${await world.gate(site)}`,
    })),
    'GET /gates/:gate/history': bySite(async (world, site) => ({
      url: `/gates/${await world.gate(site)}/history`,
    })),
    'POST /sites': {
      about: 'none',
      make: (world) => ({ url: '/sites', body: { id: world.name('new'), title: 'Nuova' } }),
    },
    'GET /sites/:site': bySite((_world, site) => ({ url: `/sites/${site}` })),
    'PATCH /sites/:site': bySite((_world, site) => ({
      url: `/sites/${site}`,
      body: { title: site },
    })),
    'POST /gates': bySite((world, site) => ({
      url: '/gates',
      body: { gates: [{ id: world.name('gate'), site, title: 'Nuovo', policy: DEMO_POLICY }] },
    })),
    'POST /gates/import': bySite((world, site) => ({
      url: '/gates/import',
      body: { csv: `site,gate,title,policy\n${site},${world.name('gate')},Nuovo,${DEMO_POLICY}\n` },
    })),
    'PATCH /gates/:gate': bySite(
      async (world, site) => ({
        url: `/gates/${await world.gate(site)}`,
        body: { title: 'Altro' },
      }),
      'gate.edit',
    ),
    'DELETE /gates/:gate': bySite(async (world, site) => ({
      url: `/gates/${await world.gate(site)}?reason=test`,
    })),
    'POST /enrolment-codes': bySite(async (world, site) => ({
      url: '/enrolment-codes',
      body: { gates: [await world.gate(site)] },
    })),
    'POST /gates/:gate/cancel-codes': bySite(async (world, site) => ({
      url: `/gates/${await world.gate(site)}/cancel-codes`,
    })),
    'POST /gates/:gate/revoke': bySite(async (world, site) => ({
      url: `/gates/${await world.kiosk(site)}/revoke`,
      body: { reason },
    })),
  };
}

function apiActs(): Record<string, RouteExample> {
  const config = { body: { volume: 50 }, note: 'x' };
  return {
    'POST /configs': { about: 'none', make: () => ({ url: '/configs', body: config }) },
    'GET /configs/:version': page('/configs/1'),
    'POST /rollouts': bySite(async (world, site) => ({
      url: '/rollouts',
      body: { version: 0, filter: { gates: [await world.gate(site)] } },
    })),
    'GET /rollouts/:id': bySite(async (world, site) => ({
      url: `/rollouts/${await world.rollout(site)}`,
    })),
    'POST /rollouts/:id/turn': bySite(async (world, site) => ({
      url: `/rollouts/${await world.rollout(site)}/turn`,
      body: { act: 'pause', reason },
    })),
    'POST /commands': bySite(async (world, site) => {
      const filter = { gates: [await world.kiosk(site)] };
      return { url: '/commands', body: { filter, command: { name: 'identify' } } };
    }, 'command.identify'),
    'GET /commands/:id': bySite(
      async (world, site) => ({ url: `/commands/${await world.command(site)}` }),
      'command.identify',
    ),
    'POST /alerts/:id/acknowledge': bySite(async (world, site) => ({
      url: `/alerts/${await world.alert(site)}/acknowledge`,
      body: { reason },
    })),
    'POST /alerts/:id/silence': bySite(async (world, site) => ({
      url: `/alerts/${await world.alert(site)}/silence`,
      body: { reason, until: 1 },
    })),
    'POST /tokens': {
      about: 'none',
      make: () => ({ url: '/tokens', body: { title: 'x', scopes: ['fleet:read'], sites: 'all' } }),
    },
    'DELETE /tokens/:id': {
      about: 'none',
      make: async (world) => ({ url: `/tokens/${await world.token()}` }),
    },
  };
}
