import { runCommand } from '../../src/cli/command.js';
import type { Ended } from '../process.js';

/** Runs a `rollcall` command within this process, with this environment and no other. */
export async function runInProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  const code = await runCommand(args, {
    environment,
    out: (text) => {
      output.stdout += text;
    },
    err: (text) => {
      output.stderr += text;
    },
  });
  return { code, ...output };
}
