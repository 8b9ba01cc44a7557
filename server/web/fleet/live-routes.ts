import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { sendRefusal } from '../../http-status.ts';
import { staffOf } from '../../login/request-session.ts';
import { access } from '../../route-access.ts';
import { queryOf } from '../request-fields.ts';
import type { Dashboard } from './dashboard.tsx';
import { EventStream, STREAMS_MAX } from './event-stream.ts';
import type { Snapshot } from './live-events.ts';

const compress = promisify(gzip);
/** The longest id of a change that is looked at. */
const ID_MAX = 80;

/** What the islands ask for: all rows once, and from then on what changes. */
export function registerLiveRoutes(
  http: FastifyInstance,
  dashboard: Dashboard,
  live: { clock: Clock; streams: Set<() => void> },
): void {
  const { hub } = dashboard;
  /** Whether whoever asks is still logged in; asking also keeps a session that may only look. */
  http.get('/fleet/session', access('fleet.view'), (_request, reply) => reply.code(204).send());

  http.get('/fleet/kiosks.json', access('fleet.view'), async (request, reply) => {
    const scope = dashboard.scope(dashboard.actor(request));
    const snapshot: Snapshot = { run: hub.run, sequence: hub.sequence, rows: hub.rows(scope) };
    const body = Buffer.from(JSON.stringify(snapshot));
    reply.type('application/json').header('cache-control', 'no-store');
    // Thousands of rows are mostly the same words.
    return /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
      ? reply.header('content-encoding', 'gzip').send(await compress(body))
      : reply.send(body);
  });

  http.get('/fleet/events', access('fleet.view'), (request, reply) => {
    const scope = dashboard.scope(dashboard.actor(request));
    const session = staffOf(request);
    if (live.streams.size >= STREAMS_MAX) {
      return sendRefusal(reply.header('retry-after', '10'), 'tooManyStreams');
    }
    const rows = queryOf(request, 'rows');
    const header = request.headers['last-event-id'];
    const lastId = [header, queryOf(request, 'after')].find(
      (one) => typeof one === 'string' && one.length <= ID_MAX,
    );
    const headers = reply.getHeaders();
    reply.hijack();
    reply.raw.writeHead(200, {
      ...(headers as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would gather what is to go out at once.
      'x-accel-buffering': 'no',
    });
    const stream = new EventStream(
      reply.raw,
      {
        hub,
        clock: live.clock,
        stillMay: () => dashboard.deps.sessions.isLive(session.id),
      },
      { rows: rows === '1' },
    );
    const end = () => stream.end();
    live.streams.add(end);
    reply.raw.on('close', () => live.streams.delete(end));
    stream.start(scope, typeof lastId === 'string' ? lastId : undefined);
    return reply;
  });
}
