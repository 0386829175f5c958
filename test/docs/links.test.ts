import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Page, page, pages, ROOT } from './pages.js';

/** Pages of the repository: their links lead somewhere, and a terminal shows them. */

const WIDEST = 100;
const LARGEST_PICTURE = 40_000;

describe.each(pages().map((each) => [each.path, each] as const))('%s', (_path, each) => {
  test('links to files and headings that exist', () => {
    expect(each.links.filter((link) => !leadsSomewhere(each, link))).toEqual([]);
  });

  test(`has pictures of at most ${LARGEST_PICTURE} bytes`, () => {
    const pictures = each.links
      .filter((link) => link.endsWith('.webp'))
      .map((link) => join(dirname(each.path), link));
    expect(pictures.filter((picture) => statSync(join(ROOT, picture)).size > LARGEST_PICTURE)).toEqual([]);
  });

  test(`has tables of at most ${WIDEST} columns`, () => {
    const rows = each.text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.filter((row) => row.length > WIDEST)).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...each.text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

test('README.md has fewer than 200 lines and leads to every page of docs/', () => {
  const readme = page('README.md');
  expect(readme.text.split('\n').length).toBeLessThan(200);
  const docs = pages()
    .map(({ path }) => path)
    .filter((path) => path.startsWith('docs/'));
  expect(docs.filter((path) => !readme.links.some((link) => link.split('#')[0] === path))).toEqual([]);
});

function leadsSomewhere({ path, anchors }: Page, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [file = '', anchor] = link.split('#');
  if (file === '') return anchor !== undefined && anchors.has(anchor);
  const target = join(dirname(path), file);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || page(target).anchors.has(anchor);
}
