import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { sendRefusal } from '../../http-status.ts';
import { admitCaller } from '../../route-access.ts';
import { demand, type FleetActor } from '../access/actor.ts';
import type { FleetEvents } from '../bus/fleet-events.ts';
import { outcomes } from '../state/last-report.ts';
import { DurationHistogram } from './duration-histogram.ts';
import { fleetGauges, type GaugeDeps, storeGauges } from './gauges.ts';

/** What Prometheus' metrics need to count and to read. */
export interface MetricsDeps extends GaugeDeps {
  findToken: (token: string) => Promise<FleetActor | undefined>;
  access: 'token' | 'loopback';
}

/** Seconds; a gate is to answer within half a second. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/**
 * What Prometheus reads. No label holds a person, a code, a gate or an address: every label's values are
 * a closed set, so that the number of series is bounded whatever the size of the fleet.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #deps: MetricsDeps;
  /** Answers since the last look of Prometheus. */
  readonly #answers = new Map<FleetEvents['verificationAnswered']['outcome'], number>();
  readonly #durations: DurationHistogram;
  readonly #commands: Counter<'command' | 'result'>;
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #enrolments: Counter<'result'>;
  #withProcess = false;

  constructor(deps: MetricsDeps) {
    this.#deps = deps;
    const registers = [this.registry];
    const answers = this.#answers;
    new Counter({
      name: 'varco_verifications_total',
      help: 'Verifications of gates that this node answered, by outcome',
      labelNames: ['outcome'],
      registers,
      collect() {
        for (const outcome of [...outcomes, 'unanswered'] as const) {
          this.inc({ outcome }, answers.get(outcome) ?? 0);
        }
        answers.clear();
      },
    });
    this.#durations = new DurationHistogram({
      name: 'varco_verification_duration_seconds',
      help: 'From a gate asking to its answer, its audit row on the disk',
      bounds: BUCKETS,
    });
    this.registry.registerMetric(this.#durations.metric);
    this.#commands = new Counter({
      name: 'varco_commands_total',
      help: 'Commands to kiosks that ended on this node, by command and result',
      labelNames: ['command', 'result'],
      registers,
    });
    this.#requests = new Histogram({
      name: 'varco_http_request_duration_seconds',
      help: 'HTTP requests, by the pattern of their route',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.025, 0.1, 0.5, 2.5],
      registers,
    });
    this.#enrolments = new Counter({
      name: 'varco_enrolments_total',
      help: 'Tries to enrol a kiosk, by result',
      labelNames: ['result'],
      registers,
    });
    fleetGauges(registers, deps);
    storeGauges(registers, deps);
  }

  verificationAnswered({ outcome, seconds }: FleetEvents['verificationAnswered']): void {
    this.#answers.set(outcome, (this.#answers.get(outcome) ?? 0) + 1);
    this.#durations.observe(seconds);
  }

  commandEnded(labels: FleetEvents['commandEnded']): void {
    this.#commands.inc({ ...labels });
  }

  enrolmentTried(labels: FleetEvents['enrolmentTried']): void {
    this.#enrolments.inc({ ...labels });
  }

  /** Counts every request of a server, by its route's pattern. */
  watch(http: FastifyInstance): void {
    http.addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      // Nothing but the first digit: which 4xx it was is in the log.
      const status = `${Math.floor(reply.statusCode / 100)}xx`;
      const method = known.has(request.method) ? request.method : 'other';
      this.#requests.observe({ method, route, status }, reply.elapsedTime / 1000);
      done();
    });
  }

  /** `GET /metrics`, for whoever may read it. */
  register(http: FastifyInstance): void {
    const route = { config: { access: 'metrics.read', bearer: true } } as const;
    http.get('/metrics', route, async (request, reply) => {
      if (!(await this.#mayRead(request))) {
        reply.header('www-authenticate', 'Bearer realm="varco"');
        const message = 'A token with the scope metrics:read is needed';
        return sendRefusal(reply, 'unauthorized', { message });
      }
      if (!this.#withProcess) {
        this.#withProcess = true;
        collectDefaultMetrics({ register: this.registry });
      }
      return reply
        .header('cache-control', 'no-store')
        .type(this.registry.contentType)
        .send(await this.registry.metrics());
    });
  }

  /** @throws VarcoError `forbidden` for a token of something else. */
  async #mayRead(request: FastifyRequest): Promise<boolean> {
    const { findToken, access } = this.#deps;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) {
      const who = await findToken(token);
      if (who) {
        admitCaller(request, who);
        demand(who, 'metrics.read');
      }
      return who !== undefined;
    }
    const from = request.raw.socket.remoteAddress ?? '';
    const isOwn = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(from);
    const isForwarded = Object.keys(request.headers).some((name) => /^(x-)?forwarded/.test(name));
    return access === 'loopback' && isOwn && !isForwarded;
  }
}

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
