import { type RouteExample, reason } from './route-example.ts';

const FLEET = '/fleet/policies';

/** Requests about policies: none stands at a site. */
export const policyPageExamples: Readonly<Record<string, RouteExample>> = {
  [`GET ${FLEET}`]: { about: 'none', make: () => ({ url: FLEET }) },
  [`GET ${FLEET}/:policy`]: {
    about: 'none',
    make: async (world) => ({ url: `${FLEET}/${await world.proposal()}` }),
  },
  [`POST ${FLEET}`]: {
    about: 'none',
    make: (world) => ({ url: FLEET, body: { body: JSON.stringify(world.policy()), note: 'x' } }),
  },
  [`POST ${FLEET}/try`]: {
    about: 'none',
    make: (world) => ({ url: `${FLEET}/try`, body: { body: JSON.stringify(world.policy()) } }),
  },
  [`POST ${FLEET}/:policy/:version/release`]: {
    about: 'none',
    make: async (world) => ({
      url: `${FLEET}/${await world.proposal()}/1/release`,
      body: { seen: '' },
    }),
  },
  [`POST ${FLEET}/:policy/:version/withdraw`]: {
    about: 'none',
    make: async (world) => ({
      url: `${FLEET}/${await world.proposal()}/1/withdraw`,
      body: { reason },
    }),
  },
  [`POST ${FLEET}/:policy/retire`]: {
    about: 'none',
    make: async (world) => ({
      url: `${FLEET}/${await world.releasedPolicy()}/retire`,
      body: { reason },
    }),
  },
};

export const policyApiExamples: Readonly<Record<string, RouteExample>> = {
  'GET /policies': { about: 'none', make: () => ({ url: '/policies' }) },
  'GET /policies/:policy': {
    about: 'none',
    make: async (world) => ({ url: `/policies/${await world.proposal()}` }),
  },
  'POST /policies': {
    about: 'none',
    make: (world) => ({ url: '/policies', body: { policy: world.policy(), note: 'x' } }),
  },
  'POST /policies/try': {
    about: 'none',
    make: (world) => ({ url: '/policies/try', body: { policy: world.policy() } }),
  },
  'POST /policies/:policy/:version/release': {
    about: 'none',
    make: async (world) => ({ url: `/policies/${await world.proposal()}/1/release`, body: {} }),
  },
  'POST /policies/:policy/:version/withdraw': {
    about: 'none',
    make: async (world) => ({
      url: `/policies/${await world.proposal()}/1/withdraw`,
      body: { reason },
    }),
  },
  'POST /policies/:policy/retire': {
    about: 'none',
    make: async (world) => ({
      url: `/policies/${await world.releasedPolicy()}/retire`,
      body: { reason },
    }),
  },
};
