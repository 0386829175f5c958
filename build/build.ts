import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesIn, freshnessOf, outputsOf } from './freshness.ts';
import { isHeld, takeLock } from './lock.ts';
import { PROJECT, SHARED_INPUTS, STEPS, type Step } from './steps.ts';

/** The steps to build, and the directories. */
export interface Plan {
  readonly project: string;
  readonly steps: readonly Step[];
  readonly sharedInputs: readonly string[];
  /** Called with each line of progress. */
  readonly log: (line: string) => void;
}

const PLAN: Plan = {
  project: PROJECT,
  steps: STEPS,
  sharedInputs: SHARED_INPUTS,
  // Standard output belongs to the command that needs the build.
  log: (line) => process.stderr.write(`${line}\n`),
};

/** Within `dist`, so that removing it removes all that is known about it. */
const STATE = 'dist/.build';

/**
 * Builds every step whose outputs are not those of its inputs. Each step writes to a directory of its own; only a
 * complete output is moved to its place, file by file, so that a running process finds no half-written file. Of several
 * concurrent builds, one works and the others wait.
 * @param names the steps to build if they are not up to date; all of them when there is no name
 * @throws the first failure of a step; the outputs of a failed step are unchanged
 */
export async function build(names: readonly string[] = [], plan: Plan = PLAN): Promise<void> {
  if (staleSteps(plan, names).length === 0) return;
  const unlock = await takeLock(lockOf(plan), () => plan.log('Waiting for another build to finish …'));
  try {
    const stale = staleSteps(plan, names);
    if (stale.length === 0) return;
    plan.log(`Building ${stale.map(({ step }) => step.name).join(' and ')} …`);
    const results = await Promise.allSettled(stale.map(({ step, inputs }) => run(plan, step, inputs)));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  } finally {
    unlock();
  }
}

/** Waits for a running build, and builds when nothing has been built yet, so that a command can start. */
export async function ensureBuilt(plan: Plan = PLAN): Promise<void> {
  const { project, steps } = plan;
  const isBuilt = steps.every((step) => outputsOf(project, step, steps).length > 0);
  if (!isBuilt || isHeld(lockOf(plan))) await build([], plan);
}

function lockOf({ project }: Plan): string {
  return join(project, STATE, 'lock');
}

function staleSteps(
  { project, steps, sharedInputs }: Plan,
  names: readonly string[],
): { step: Step; inputs: string }[] {
  const freshness = freshnessOf(project, join(project, STATE), steps, sharedInputs);
  return steps
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((step) => ({ step, inputs: freshness.hash(step) }))
    .filter(({ step, inputs }) => !freshness.isFresh(step, inputs));
}

async function run(plan: Plan, step: Step, inputs: string): Promise<void> {
  const { project, steps, sharedInputs, log } = plan;
  const started = performance.now();
  // As deep as `dist`, since source maps hold relative paths.
  const unfinished = join(project, `.building-${step.name}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  try {
    await step.build(unfinished);
    moveIntoPlace(plan, step, unfinished);
    freshnessOf(project, join(project, STATE), steps, sharedInputs).record(step, inputs);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  log(`  ${step.name} built in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** Replaces what has changed, then removes what is no longer built. */
function moveIntoPlace({ project, steps }: Plan, step: Step, unfinished: string): void {
  const built = filesIn(unfinished, '.').map((file) => file.slice('./'.length));
  for (const file of built) {
    const target = join(project, step.output, file);
    if (haveSameContent(join(unfinished, file), target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(unfinished, file), target);
  }
  const wanted = new Set(built.map((file) => `${step.output}/${file}`));
  for (const file of outputsOf(project, step, steps)) {
    if (!wanted.has(file)) rmSync(join(project, file));
  }
}

function haveSameContent(one: string, other: string): boolean {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}
