import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Step } from './steps.ts';

/** The inputs and outputs of a step when it was last built. */
interface BuildRecord {
  /** The hash of all inputs. */
  readonly inputs: string;
  /** Size and time of modification of every output, by its path. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** Decides whether a step must run. */
export interface Freshness {
  /** Hashes the names and contents of all inputs, so that switching branches back and forth changes nothing. */
  hash(step: Step): string;
  /** Whether the outputs are those of exactly these inputs: none is missing, changed or left over. */
  isFresh(step: Step, inputs: string): boolean;
  /** Records that the outputs on disk were built from these inputs. */
  record(step: Step, inputs: string): void;
}

/**
 * @param project the root of the repository
 * @param records the directory of the records
 */
export function freshnessOf(
  project: string,
  records: string,
  steps: readonly Step[],
  sharedInputs: readonly string[],
): Freshness {
  const recordFile = (step: Step) => join(records, `${step.name}.json`);
  return {
    hash(step) {
      const hash = createHash('sha256');
      const roots = [...step.inputs, ...sharedInputs];
      const files = roots.flatMap((root) => filesIn(project, root, step.except));
      for (const file of files.sort()) {
        const content = readFileSync(join(project, file));
        hash.update(`${file}\0${content.length}\0`).update(content);
      }
      return hash.digest('hex');
    },
    isFresh(step, inputs) {
      const recorded = readRecord(recordFile(step));
      if (recorded?.inputs !== inputs) return false;
      return (
        JSON.stringify(recorded.outputs) === JSON.stringify(stateOf(project, outputsOf(project, step, steps)))
      );
    },
    record(step, inputs) {
      const written: BuildRecord = { inputs, outputs: stateOf(project, outputsOf(project, step, steps)) };
      mkdirSync(dirname(recordFile(step)), { recursive: true });
      writeFileSync(recordFile(step), JSON.stringify(written));
    },
  };
}

/** The files that a step has in its output directory: without those of other steps, and without hidden ones. */
export function outputsOf(project: string, step: Step, steps: readonly Step[]): string[] {
  const others = steps.filter((other) => other !== step).map(({ output }) => output);
  const nested = others.filter((output) => output.startsWith(`${step.output}/`));
  return filesIn(project, step.output, nested).sort();
}

/** A build writes these beside their sources, so they follow from the other inputs. */
const GENERATED = /\.generated\.ts$/;

/** The paths of all files below a file or directory, relative to the project, with `/` on every system. */
export function filesIn(project: string, path: string, except: readonly string[] = []): string[] {
  const stats = statSync(join(project, path), { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return [path];
  return readdirSync(join(project, path)).flatMap((name) => {
    const inner = `${path}/${name}`;
    const isLeftOut = name.startsWith('.') || GENERATED.test(name) || except.includes(inner);
    return isLeftOut ? [] : filesIn(project, inner, except);
  });
}

function stateOf(project: string, files: readonly string[]): Record<string, string> {
  const states = files.map((file) => {
    const { size, mtimeMs } = statSync(join(project, file));
    return [file, `${size} ${mtimeMs}`] as const;
  });
  return Object.fromEntries(states);
}

/** @returns undefined when there is no readable record */
function readRecord(file: string): BuildRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
