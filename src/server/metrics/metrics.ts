import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DeliveryStatus } from '../../domain/webhooks.js';

/** The parts of the server that are measured when the metrics are read. */
export interface MetricSources {
  /** The connections of the pool, and the callers that wait for one. */
  connections(): { readonly open: number; readonly idle: number; readonly waiting: number };
  /** The provisioning log; undefined when it is switched off. */
  readonly provisioningLog: { readonly waiting: number; readonly dropped: number } | undefined;
  /**
   * The number of workspaces whose brake on removals is engaged.
   * @throws when the database does not answer
   */
  engagedBrakes(): Promise<number>;
  /**
   * For how many seconds the oldest delivery has been waiting, of webhooks that do not fail.
   * @throws when the database does not answer
   */
  oldestDelivery(): Promise<number>;
}

/** An answered request. */
export interface MeasuredRequest {
  readonly method: string;
  /** The pattern of the path, without ids. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** The code of the refusal, if it was one. */
  readonly code: string | undefined;
}

const OUTCOMES = { DELIVERED: 'delivered', PENDING: 'retried', FAILED: 'failed' } as const satisfies Record<
  DeliveryStatus,
  string
>;

/** Upper bounds in seconds: most SCIM requests take a few milliseconds, an import or a large group some seconds. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of one process, in Prometheus' terms. Its names are an interface: docs/operators/monitor.md lists them,
 * and a test compares the two.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #durations: Histogram<'method' | 'route' | 'status'>;
  readonly #refusals: Counter<'route' | 'code'>;
  readonly #attempts: Counter<'outcome'>;

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    // Two metrics read it at the same time, and one query answers both.
    let asked: Promise<number> | undefined;
    const engagedBrakes = () => {
      asked ??= sources.engagedBrakes().finally(() => {
        asked = undefined;
      });
      return asked;
    };
    collectDefaultMetrics({ register: this.registry });
    this.#durations = new Histogram({
      name: 'rollcall_http_request_duration_seconds',
      help: 'Time until a request was answered.',
      labelNames: ['method', 'route', 'status'],
      buckets: BUCKETS,
      registers,
    });
    this.#refusals = new Counter({
      name: 'rollcall_refusals_total',
      help: 'Refused requests, by the code of the refusal.',
      labelNames: ['route', 'code'],
      registers,
    });
    this.#attempts = new Counter({
      name: 'rollcall_webhook_attempts_total',
      help: 'Attempts to deliver an event to a webhook, by outcome: delivered, retried (later), failed (for good).',
      labelNames: ['outcome'],
      registers,
    });
    new Gauge({
      name: 'rollcall_webhook_oldest_waiting_seconds',
      help: 'Age of the oldest delivery to a webhook that does not fail; absent while the database is away.',
      registers,
      aggregator: 'max',
      async collect() {
        await sources.oldestDelivery().then(
          (seconds) => this.set(seconds),
          () => this.remove(),
        );
      },
    });
    new Gauge({
      name: 'rollcall_database_connections',
      help: 'Connections of the pool: busy and idle.',
      labelNames: ['state'],
      registers,
      collect() {
        const { open, idle } = sources.connections();
        this.set({ state: 'busy' }, open - idle);
        this.set({ state: 'idle' }, idle);
      },
    });
    new Gauge({
      name: 'rollcall_database_waiting',
      help: 'Requests that wait for a connection of the pool.',
      registers,
      collect() {
        this.set(sources.connections().waiting);
      },
    });
    new Gauge({
      name: 'rollcall_removal_brakes_engaged',
      help: 'Workspaces in which removals by the identity provider are paused; absent while the database is away.',
      registers,
      aggregator: 'max',
      async collect() {
        await engagedBrakes().then(
          (engaged) => this.set(engaged),
          () => this.remove(),
        );
      },
    });
    new Gauge({
      name: 'rollcall_database_up',
      help: '1 when the database answered, 0 when it did not.',
      registers,
      aggregator: 'min',
      async collect() {
        await engagedBrakes().then(
          () => this.set(1),
          () => this.set(0),
        );
      },
    });
    new Gauge({
      name: 'rollcall_provisioning_log_waiting',
      help: 'Entries that wait to be written into the provisioning log.',
      registers,
      collect() {
        this.set(sources.provisioningLog?.waiting ?? 0);
      },
    });
    new Counter({
      name: 'rollcall_provisioning_log_dropped_total',
      help: 'Entries that the provisioning log has dropped under overload.',
      registers,
      collect() {
        this.reset();
        this.inc(sources.provisioningLog?.dropped ?? 0);
      },
    });
  }

  /** Counts an answered request. */
  count({ method, route, status, seconds, code }: MeasuredRequest): void {
    this.#durations.observe({ method, route, status }, seconds);
    if (code !== undefined) this.#refusals.inc({ route, code });
  }

  /** Counts an attempt of a webhook, by the status of the delivery after it. */
  countAttempt(status: DeliveryStatus): void {
    this.#attempts.inc({ outcome: OUTCOMES[status] });
  }
}
