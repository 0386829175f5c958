import type { Answer, Exchange } from './client.js';

/** What became of one request. */
export interface Check {
  readonly name: string;
  /** Method and path below the base URL, as sent: `GET /Users?startIndex=1&count=2`. */
  readonly request: string;
  /** null when there was no answer. */
  readonly status: number | null;
  readonly ok: boolean;
  readonly problems: readonly string[];
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly Check[];
}

const INDENT = '       ';

/** Collects the checks of one run and writes each down as it is made. */
export class Verdict {
  readonly #checks: Check[] = [];
  readonly #log: (line: string) => void;
  readonly #secret: string;

  /**
   * @param secret the key in use; whoever brings it into a text (a server's detail, fetch), it is not
   * printed.
   */
  constructor(log: (line: string) => void, secret: string) {
    this.#log = log;
    this.#secret = secret.trim();
  }

  /**
   * Judges one exchange. No answer at all is the only problem of a check that has it.
   * @param problemsOf gives the problems of an answer in words for an administrator; none means passed
   * @returns the answer, also when it has problems; undefined when there was none
   */
  judge(
    name: string,
    exchange: Exchange,
    problemsOf: (answer: Answer) => readonly string[],
  ): Answer | undefined {
    const answer = 'answer' in exchange ? exchange.answer : undefined;
    const problems = 'fault' in exchange ? [exchange.fault] : problemsOf(exchange.answer);
    const check: Check = {
      name,
      request: this.#withoutSecret(exchange.request),
      status: answer?.status ?? null,
      ok: problems.length === 0,
      problems: problems.map((problem) => this.#withoutSecret(problem)),
    };
    this.#checks.push(check);
    this.#log(`${check.ok ? 'ok  ' : 'FAIL'} ${check.request}  ${check.status ?? '---'}  ${check.name}`);
    for (const problem of check.problems) this.#log(`${INDENT}${problem}`);
    return answer;
  }

  /** Writes a remark below the check before it. */
  note(remark: string): void {
    this.#log(this.#withoutSecret(`${INDENT}${remark}`));
  }

  /** Writes that a step was not played. Counts neither way: what it was missing has failed already. */
  skip(step: string): void {
    this.#log(`skip ${step}`);
  }

  /** Writes the last line and @returns the whole verdict. */
  summary(): Summary {
    const failed = this.#checks.filter((check) => !check.ok).length;
    const passed = this.#checks.length - failed;
    this.#log('');
    this.#log(`${passed} passed, ${failed} failed`);
    return { passed, failed, checks: this.#checks };
  }

  #withoutSecret(text: string): string {
    return this.#secret === '' ? text : text.replaceAll(this.#secret, '[key]');
  }
}
