import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The program as it is installed: `npm test` builds it first. */
const ROLLCALL = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

type Environment = Readonly<Record<string, string>>;

/** The exit code of a process, and everything that it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Contains no settings of the program: a test passes those that it needs. */
function baseEnvironment(): Environment {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  return { PATH, HOME, TMPDIR, LOG_LEVEL: 'silent' };
}

function start(
  args: readonly string[],
  environment: Environment,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [ROLLCALL, ...args], {
    env: { ...baseEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...output }));
  return { child, ended };
}

/** Runs a `rollcall` command to its end. */
export function rollcall(args: readonly string[], environment: Environment): Promise<Ended> {
  return start(args, environment).ended;
}

/** Starts a `rollcall` command, which the test can stop. */
export function rollcallProcess(
  args: readonly string[],
  environment: Environment,
): { signal(name: NodeJS.Signals): void; readonly ended: Promise<Ended> } {
  const { child, ended } = start(args, environment);
  return { signal: (name) => child.kill(name), ended };
}

/** Runs a server below a shell, as an npm script does. */
export function rollcallUnderShell(environment: Environment): ChildProcess {
  // Some shells replace themselves by the last command of a line, so the server must not be the last one.
  const command = `"${process.execPath}" "${ROLLCALL}" serve --port 0; true`;
  return spawn('sh', ['-c', command], {
    env: { ...baseEnvironment(), npm_lifecycle_event: 'start', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** The output until the server was ready. */
  readonly banner: string;
  signal(name: NodeJS.Signals): void;
  /** Calls `read` with everything that it prints from now on. */
  onOutput(read: (text: string) => void): void;
  /** Closes the reading end of its output. */
  closeOutput(): void;
  readonly ended: Promise<Ended>;
}

/**
 * Starts a server on a free port and waits until it is ready.
 * @throws Error with the output when the process ends instead
 */
export async function rollcallServer(environment: Environment): Promise<ServerProcess> {
  const { child, ended } = start(['serve', '--port', '0'], environment);
  const banner = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (more: string) => {
      text += more;
      if (/ready at \S+\n.*\n\n$/s.test(text)) resolve(text);
    });
    void ended.then((end) => reject(new Error(`the server has ended: ${JSON.stringify(end)}`)));
  });
  const [, url = ''] = /ready at (\S+)/.exec(banner) ?? [];
  return {
    url,
    pid: child.pid ?? 0,
    banner,
    signal: (name) => child.kill(name),
    onOutput: (read) => child.stdout?.on('data', read),
    closeOutput: () => child.stdout?.destroy(),
    ended,
  };
}

/** Reads the seeded workspace of a version from the banner. */
export function seeded(banner: string, version: 'V1' | 'V2'): { baseUrl: string; apiKey: string } {
  const pattern = new RegExp(`\\(${version}\\)\\s+SCIM base URL (\\S+)\\s+API key\\s+(\\S+)`);
  const [, baseUrl = '', apiKey = ''] = pattern.exec(banner) ?? [];
  return { baseUrl, apiKey };
}
