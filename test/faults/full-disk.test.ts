import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startTestApp } from '../app.js';
import { expectInvariants } from '../invariants.js';
import { ownPostgres, SHORT_LIMITS } from './own-postgres.js';

/** The disk of the database fills up, and is emptied again. */

const directory = mkdtempSync(join(tmpdir(), 'rollcall-disk-'));

/** A small file system needs the right to mount one, which containers of continuous integration often lack. */
function mayMount(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=0755', 'tmpfs', directory], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const isMounted = mayMount();

afterAll(() => {
  if (isMounted) execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
});

test.skipIf(!isMounted)(
  'changes are refused with 503 while the disk is full, and work again afterwards',
  async () => {
    const postgres = await ownPostgres({ max_wal_size: '64MB', min_wal_size: '32MB' }, directory);
    const app = await startTestApp({ limits: SHORT_LIMITS }, postgres.database);
    try {
      const workspace = await app.workspace({ version: 'V2' });
      const scim = app.scim(workspace.workspaceId, workspace.apiKey);
      const added: string[] = [];
      const refused: (readonly [number, string | null])[] = [];
      const ballast = join(directory, 'ballast');
      try {
        writeFileSync(ballast, Buffer.alloc(200 * 1024 * 1024));
      } catch {
        // Until nothing more fits.
      }
      // Large profiles, so that what is reserved is soon used up.
      for (let index = 0; index < 400 && refused.length < 3; index += 1) {
        const userName = `person-${index}@acme.test`;
        const photo = { value: `https://acme.test/${'x'.repeat(20_000)}`, type: 'photo' };
        const answer = await scim.post('/Users', { userName, photos: [photo] });
        if (answer.status === 201) added.push(userName);
        else refused.push([answer.status, answer.headers.get('retry-after')]);
      }
      expect(refused).toEqual(Array.from({ length: 3 }, () => [503, expect.any(String)]));
      rmSync(ballast);
      await expect
        .poll(
          async () => (await scim.post('/Users', { userName: `after-${Math.random()}@acme.test` })).status,
        )
        .toBe(201);
      const [kept] = await app.sql<{ count: number }>(
        'select count(*)::integer as count from member where user_name = any($1::text[])',
        [added],
      );
      expect(kept?.count).toBe(added.length);
      await expectInvariants(app);
    } finally {
      await app.stop();
    }
  },
);
