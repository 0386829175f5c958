import { simulateEntra } from '../simulator/entra.js';
import { simulateOkta } from '../simulator/okta.js';

const PROVIDERS = { okta: simulateOkta, entra: simulateEntra } as const;

/** `rollcall simulate okta` and `rollcall simulate entra` */
export function simulate(
  provider: keyof typeof PROVIDERS,
): (options: { baseUrl: string; token: string }) => Promise<void> {
  return async ({ baseUrl, token }) => {
    const log = (line: string) => process.stdout.write(`${line}\n`);
    const { failed } = await PROVIDERS[provider]({ baseUrl, token, log });
    if (failed > 0) process.exitCode = 1;
  };
}
