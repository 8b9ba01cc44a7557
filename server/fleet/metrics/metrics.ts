import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { errorCode } from '../../../shared/errors.ts';
import { sendRefusal } from '../../http-status.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import { may } from '../access/permissions.ts';
import { alertKinds, severities } from '../alerts/kinds.ts';
import type { WaitingMessages } from '../alerts/watch.ts';
import type { Fleet } from '../fleet.ts';
import { outcomes } from '../state/last-report.ts';
import { DurationHistogram } from './duration-histogram.ts';

/** What a verification came to, for counting: its outcome, or that there was no answer. */
export type CountedOutcome = (typeof outcomes)[number] | 'unanswered';

export interface MetricsDeps {
  fleet: Fleet;
  store: Store;
  log: Log;
  node: string;
  version: string;
  /** How many kiosks are connected to this node. */
  sockets: () => number;
  /** Verifications that wait for the writer. */
  waiting: () => number;
  /** What the outbox of messages to people holds. */
  messages: () => Promise<WaitingMessages>;
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
  readonly #answers = new Map<CountedOutcome, number>();
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
    this.#gauges(registers);
  }

  verified(outcome: CountedOutcome, seconds: number): void {
    this.#answers.set(outcome, (this.#answers.get(outcome) ?? 0) + 1);
    this.#durations.observe(seconds);
  }

  commandEnded(command: string, result: string): void {
    this.#commands.inc({ command, result });
  }

  enrolled(result: string): void {
    this.#enrolments.inc({ result });
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
    http.get('/metrics', async (request, reply) => {
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

  async #mayRead(request: FastifyRequest): Promise<boolean> {
    const { fleet, access } = this.#deps;
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) {
      return may(await fleet.tokens.find(token), 'metrics.read');
    }
    const from = request.raw.socket.remoteAddress ?? '';
    const isOwn = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(from);
    const isForwarded = Object.keys(request.headers).some((name) => /^(x-)?forwarded/.test(name));
    return access === 'loopback' && isOwn && !isForwarded;
  }

  /** What is read when somebody asks. */
  #gauges(registers: Registry[]): void {
    const { fleet, store, node, version, sockets, waiting, log } = this.#deps;
    const about = { node, version };
    new Gauge({
      name: 'varco_build_info',
      help: 'Always 1: which node and version this is',
      labelNames: ['node', 'version'],
      registers,
    }).set(about, 1);
    gauge(registers, 'varco_kiosk_sockets', 'Kiosks connected to this node', sockets);
    gauge(
      registers,
      'varco_verifications_waiting',
      'Verifications waiting for the writer',
      waiting,
    );
    new Gauge({
      name: 'varco_kiosks',
      help: 'Gates of the whole fleet, by how their kiosk is',
      labelNames: ['presence'],
      registers,
      collect() {
        for (const [presence, count] of Object.entries(fleet.summary().presence)) {
          this.set({ presence }, count);
        }
      },
    });
    gauge(
      registers,
      'varco_kiosks_drifted',
      'Kiosks that do not run what they are to run',
      () => fleet.summary().drift,
    );
    new Gauge({
      name: 'varco_alerts_open',
      help: 'Open alerts of the whole fleet',
      labelNames: ['kind', 'severity'],
      registers,
      collect() {
        const counts = fleet.alerts.openByKind();
        for (const kind of alertKinds) {
          this.set({ kind, severity: severities[kind] }, counts.get(kind) ?? 0);
        }
      },
    });
    new Gauge({
      name: 'varco_audit_sequence',
      help: "The number of the last row in this node's audit chain",
      registers,
      async collect() {
        await unlessGone(async () => {
          const row = await store.db
            .selectFrom('audit_head')
            .select('sequence')
            .where('node', '=', node)
            .executeTakeFirst();
          this.set(row?.sequence ?? 0);
        });
      },
    });
    new Gauge({
      name: 'varco_store_up',
      help: '1 while the database answers',
      registers,
      async collect() {
        try {
          await store.db.selectFrom('lease').select('name').limit(1).execute();
          this.set(1);
        } catch (error) {
          log.warn({ code: errorCode(error) }, 'the database does not answer');
          this.set(0);
        }
      },
    });
    const { messages } = this.#deps;
    new Gauge({
      name: 'varco_messages',
      help: 'Messages to people that have not arrived: waiting to leave, or dead letters',
      labelNames: ['state'],
      registers,
      async collect() {
        await unlessGone(async () => {
          const { waiting: toLeave, dead } = await messages();
          this.set({ state: 'waiting' }, toLeave);
          this.set({ state: 'dead' }, dead);
        });
      },
    });
    new Gauge({
      name: 'varco_webhook_deliveries_waiting',
      help: 'Messages to webhooks that are not delivered yet',
      registers,
      async collect() {
        await unlessGone(async () => {
          const row = await store.db
            .selectFrom('webhook_delivery')
            .select(({ fn }) => fn.countAll<number>().as('waiting'))
            .where('state', '=', 'waiting')
            .executeTakeFirst();
          this.set(Number(row?.waiting ?? 0));
        });
      },
    });
  }
}

const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A figure that can't be read now keeps its last value; `varco_store_up` says why. */
async function unlessGone(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch {
    // The other figures are worth reading all the same.
  }
}

function gauge(registers: Registry[], name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(value());
    },
  });
}
