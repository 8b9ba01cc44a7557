import type { FastifyRequest } from 'fastify';

/** What stands under a name in a form or a query: whatever its sender wrote, once, twice or not at all. */
export function valueIn(fields: unknown, name: string): unknown {
  return typeof fields === 'object' && fields !== null && Object.hasOwn(fields, name)
    ? Reflect.get(fields, name)
    : undefined;
}

/** The text of a form's field; empty if it is absent, too long or no text. */
export function fieldOf(request: FastifyRequest, name: string, lengthMax = 256): string {
  const value = valueIn(request.body, name);
  return typeof value === 'string' && value.length <= lengthMax ? value : '';
}

/** A text of the query, such as what was just done. */
export function queryOf(request: FastifyRequest, name: string): string | undefined {
  const value = valueIn(request.query, name);
  return typeof value === 'string' ? value : undefined;
}

/** A part of the path that the route names (`:id`). */
export function paramOf(request: FastifyRequest, name: string): string {
  const value = valueIn(request.params, name);
  return typeof value === 'string' ? value : '';
}
