import type { Verdict } from './verdict.js';

/**
 * What a step came to: `stop` when nothing after it can make sense (the key is refused, no user was created).
 * A failed check alone is no reason to stop.
 */
export type StepOutcome = 'continue' | 'stop';

/** One moment in an identity provider's work, of one or more requests. */
export interface Step<Run> {
  readonly name: string;
  readonly play: (run: Run) => Promise<StepOutcome>;
}

/** What one identity provider does, in its order. */
export interface Scenario<Run> {
  readonly steps: readonly Step<Run>[];
  /** Takes back what the steps left on the server; played also after a stop. */
  readonly cleanUp: (run: Run) => Promise<void>;
}

/** Plays the steps in order until one says stop, names those left out, and cleans up in any case. */
export async function play<Run extends { readonly verdict: Verdict }>(
  scenario: Scenario<Run>,
  run: Run,
): Promise<void> {
  try {
    let outcome: StepOutcome = 'continue';
    for (const step of scenario.steps) {
      if (outcome === 'stop') run.verdict.skip(step.name);
      else outcome = await step.play(run);
    }
  } finally {
    await scenario.cleanUp(run);
  }
}
