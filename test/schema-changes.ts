import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Change, CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

/**
 * `npm run schema:changes`: lists the changes of schema.graphql since the last commit, or of the last commit when there
 * are none. It refuses nothing: people decide whether a breaking change is intended. Run it in the directory of
 * schema.graphql, as npm does.
 */

const FILE = 'schema.graphql';

/** The fields of a new type, and descriptions, are not listed. */
const RULES = [DiffRule.simplifyChanges, DiffRule.ignoreDescriptionChanges];

const HEADINGS = [
  [CriticalityLevel.Breaking, 'breaking: operations that worked may fail'],
  [CriticalityLevel.Dangerous, 'dangerous: clients may meet what they do not expect'],
  [CriticalityLevel.NonBreaking, 'safe'],
] as const;

/** The schema as a commit has it; undefined where there is no such commit, or no git. */
function committed(commit: string): string | undefined {
  try {
    const show = ['show', `${commit}:./${FILE}`];
    return execFileSync('git', show, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

function report(title: string, changes: readonly Change[]): string {
  const parts = HEADINGS.flatMap(([level, heading]) => {
    const messages = changes
      .filter(({ criticality }) => criticality.level === level)
      .map(({ message }) => message);
    return messages.length === 0 ? [] : [`  ${heading}`, ...messages.map((message) => `    ${message}`)];
  });
  return [`${title}: ${changes.length === 0 ? 'no changes' : changes.length}`, ...parts].join('\n');
}

const now = readFileSync(FILE, 'utf8');
const last = committed('HEAD');
const [before, title] =
  last === now
    ? [committed('HEAD~1'), `Changes of ${FILE} in the last commit`]
    : [last, `Changes of ${FILE} since the last commit`];
console.log(
  before === undefined
    ? `${title}: there is no earlier commit here to compare with.`
    : report(title, await diff(buildSchema(before), buildSchema(now), RULES)),
);
