import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Public mail domains that `email-providers` lacks. */
const MORE = ['tutanota.com', 'tuta.com', 'tuta.io', 'posteo.de'];

let domains: Promise<ReadonlySet<string>> | undefined;

/** Whether anybody can get a mailbox at the domain, so that it cannot belong to one workspace (rule 42). */
export async function isPublicMailDomain(domain: string): Promise<boolean> {
  // 8,760 names, read when they are first needed.
  domains ??= readDomains();
  return (await domains).has(domain);
}

async function readDomains(): Promise<ReadonlySet<string>> {
  const file = fileURLToPath(import.meta.resolve('email-providers/all.json'));
  const listed: string[] = JSON.parse(await readFile(file, 'utf8'));
  return new Set([...listed, ...MORE]);
}
