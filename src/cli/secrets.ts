import { rotate } from '../services/sso/secret.js';
import { type DatabaseOptions, run } from './run.js';
import { CommandFailure, type Terminal } from './terminal.js';

/** `rollcall secrets rotate` @throws CommandFailure when a secret cannot be decrypted with any key */
export async function rotateSecrets(terminal: Terminal, options: DatabaseOptions): Promise<void> {
  let unreadable: readonly string[] = [];
  await run(terminal, options, async ({ context }) => {
    const rotation = await rotate(context);
    unreadable = rotation.unreadable;
    return {
      rotated: String(rotation.rotated),
      current: String(rotation.current),
      unreadable: rotation.unreadable,
    };
  });
  if (unreadable.length === 0) return;
  terminal.err(
    'No key of SECRETS_KEY decrypts the secrets of these workspaces. Enter client secrets again, and rotate webhooks.\n',
  );
  throw new CommandFailure();
}
