import type { Answer, Exchange } from './client.js';

/** The result of one request. */
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

/** Collects the checks of one run and logs each of them. */
export class Verdict {
  readonly #checks: Check[] = [];
  readonly #log: (line: string) => void;
  readonly #secret: string;

  /**
   * @param secret the key in use, which is removed from every logged text: a server or fetch may repeat it
   */
  constructor(log: (line: string) => void, secret: string) {
    this.#log = log;
    this.#secret = secret.trim();
  }

  /**
   * Checks one exchange. When there is no answer, that is the only problem.
   * @param problemsOf returns the problems of an answer in words for an administrator; none when it passes
   * @returns the answer, even with problems; undefined when there was none
   */
  check(
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

  /** Logs a remark below the previous check. */
  note(remark: string): void {
    this.#log(this.#withoutSecret(`${INDENT}${remark}`));
  }

  /** Logs that a step was skipped. It counts as neither passed nor failed: an earlier check has failed already. */
  skip(step: string): void {
    this.#log(`skip ${step}`);
  }

  /** Logs the last line. @returns the summary */
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
