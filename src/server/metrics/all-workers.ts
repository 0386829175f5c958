import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** The messages between a worker and the primary. */
interface MetricsMessage {
  readonly type: 'rollcall:metrics';
  readonly id: number;
  /** In the answer: the metrics of all workers; null when a worker did not answer in time. */
  readonly text?: string | null;
}

function isMetricsMessage(message: unknown): message is MetricsMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    message.type === 'rollcall:metrics'
  );
}

/** In the primary: answers a worker that asks for the metrics of all workers. */
export function answerMetricsRequests(worker: Worker): void {
  const aggregator = new AggregatorRegistry();
  worker.on('message', (message: unknown) => {
    if (!isMetricsMessage(message)) return;
    const answer = (text: string | null) => {
      if (worker.isConnected()) worker.send({ ...message, text } satisfies MetricsMessage);
    };
    aggregator.clusterMetrics().then(answer, () => answer(null));
  });
}

let lastId = 0;

/**
 * In a worker: the metrics of all workers together. Each scrape reaches only one of them.
 * @throws Error when the primary could not collect them
 */
export function metricsOfAllWorkers(): Promise<string> {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    const hear = (message: unknown) => {
      if (!isMetricsMessage(message) || message.id !== id) return;
      process.off('message', hear);
      if (typeof message.text === 'string') resolve(message.text);
      else reject(new Error('a worker did not answer'));
    };
    process.on('message', hear);
    process.send?.({ type: 'rollcall:metrics', id } satisfies MetricsMessage);
  });
}

/** In a worker: lets the primary collect this registry. */
export function shareWithPrimary(registry: Registry): void {
  if (!cluster.isWorker) return;
  AggregatorRegistry.setRegistries([registry]);
  // Its constructor makes this process answer the primary.
  new AggregatorRegistry();
}
