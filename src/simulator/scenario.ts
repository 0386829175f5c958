import type { Verdict } from './verdict.js';

/**
 * The result of a step: `stop` when no later step can work (the key is refused, no user was created). A failed check
 * alone does not stop the run.
 */
export type StepOutcome = 'continue' | 'stop';

/** One or more requests that an identity provider sends for one reason. */
export interface Step<Run> {
  readonly name: string;
  readonly play: (run: Run) => Promise<StepOutcome>;
}

/** All requests of one identity provider, in order. */
export interface Scenario<Run> {
  readonly steps: readonly Step<Run>[];
  /** Deletes the objects that the steps created on the server; runs after a stop too. */
  readonly cleanUp: (run: Run) => Promise<void>;
}

/** Runs the steps in order until one returns `stop`, lists those that were skipped, and always cleans up. */
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
