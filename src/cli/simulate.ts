import { simulateOkta } from './simulate/okta.js';

/** `rollcall simulate okta` */
export async function simulate({ baseUrl, token }: { baseUrl: string; token: string }): Promise<void> {
  const log = (line: string) => process.stdout.write(`${line}\n`);
  const { failed } = await simulateOkta({ baseUrl, token, log });
  if (failed > 0) process.exitCode = 1;
}
