import { simulateEntra } from '../simulator/entra.js';
import { simulateOkta } from '../simulator/okta.js';
import { CommandFailure, type Terminal } from './terminal.js';

const PROVIDERS = { okta: simulateOkta, entra: simulateEntra } as const;

/**
 * `rollcall simulate okta` and `rollcall simulate entra`
 * @throws CommandFailure when a check of the server fails
 */
export async function simulate(
  terminal: Terminal,
  provider: keyof typeof PROVIDERS,
  { baseUrl, token }: { readonly baseUrl: string; readonly token: string },
): Promise<void> {
  const { failed } = await PROVIDERS[provider]({ baseUrl, token, log: (line) => terminal.out(`${line}\n`) });
  if (failed > 0) throw new CommandFailure(`${failed} checks have failed`);
}
