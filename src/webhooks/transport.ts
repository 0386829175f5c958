/** One attempt to send an event. */
export interface WebhookRequest {
  readonly url: string;
  /** The id of the event, the same at every attempt. */
  readonly id: string;
  /** JSON, which is sent as it is. */
  readonly body: string;
  /** `whsec_…`: each signs the request. */
  readonly secrets: readonly string[];
  /** The time of the attempt, which is signed too. */
  readonly at: Date;
}

/** What came of an attempt. */
export interface WebhookOutcome {
  readonly durationMs: number;
  /** The status of the answer; null when there was none. */
  readonly status: number | null;
  /** Why the attempt failed, for people; null when it succeeded. */
  readonly error: string | null;
  /** The beginning of the answer's body; null when there was no answer. */
  readonly response: string | null;
  /** The pause that the receiver has asked for; null when it has not. */
  readonly retryAfterMs: number | null;
  /** Whether the receiver takes no events any more (410 Gone). */
  readonly isGone: boolean;
}

/**
 * Sends an event. It never rejects: every failure is an outcome.
 * @param signal aborts the attempt
 * @returns undefined when it was aborted; the receiver may have got the event all the same
 */
export type WebhookTransport = (
  request: WebhookRequest,
  signal: AbortSignal,
) => Promise<WebhookOutcome | undefined>;
