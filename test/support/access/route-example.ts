import type { RouteWorld } from './route-world.ts';

/** A request that is right in everything but perhaps who sends it. */
export interface Example {
  url: string;
  body?: Record<string, unknown>;
  /** How the body goes out, `form` if omitted. */
  as?: 'form' | 'json' | 'multipart';
}

export interface RouteExample {
  /** What is asked of the table, where the route states several or the room asks for more. */
  action?: string;
  /** `site`: about a thing of the site; `none`: about nothing that stands at one. */
  about: 'site' | 'none';
  make: (world: RouteWorld, site: string) => Example | Promise<Example>;
}

/** Where an act asks for one. */
export const reason = 'a test';
