import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { lexer, type Token, type Tokens, walkTokens } from 'marked';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A fenced code block. */
export interface CodeBlock {
  /** The language after the fence: `sh`, `graphql`, `json`. */
  readonly language: string;
  readonly text: string;
  /** The language and text of the block that comes next in the same section, if there is one. */
  readonly next: { readonly language: string; readonly text: string } | undefined;
}

/** A table, cell by cell. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A Markdown page of the repository. */
export interface Page {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** The anchors of its headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
  /** Where its links lead, and where its pictures are. */
  readonly links: readonly string[];
  readonly blocks: readonly CodeBlock[];
  readonly tables: readonly Table[];
  /** The text of its block quotes, on one line each. */
  readonly quotes: readonly string[];
}

/** README.md, ARCHITECTURE.md and everything in docs/. */
export function pages(): Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  return ['README.md', 'ARCHITECTURE.md', ...docs.sort()].map(page);
}

/** Reads one page. @param path relative to the root of the repository */
export function page(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const tokens = lexer(text);
  const slugger = new GithubSlugger();
  const all: Token[] = [];
  walkTokens(tokens, (token) => {
    all.push(token);
  });
  return {
    path,
    text,
    anchors: new Set(all.filter(isHeading).map((heading) => slugger.slug(plain(heading.text)))),
    links: all.filter(isLink).map(({ href }) => href),
    blocks: codeBlocks(tokens),
    tables: all.filter(isTable).map(({ header, rows }) => ({
      header: header.map(({ text: cell }) => cell),
      rows: rows.map((row) => row.map(({ text: cell }) => cell)),
    })),
    quotes: all.filter(isQuote).map(({ text: quote }) => quote.replace(/\s+/g, ' ').trim()),
  };
}

/** The text between backquotes in a cell; the whole cell without backquotes. */
export function codeIn(cell: string): string {
  return /`([^`]*)`/.exec(cell)?.[1] ?? cell;
}

function codeBlocks(tokens: readonly Token[]): CodeBlock[] {
  // The last heading ends what an answer can belong to.
  const relevant = tokens.filter((token) => isCode(token) || isHeading(token));
  return relevant.flatMap((token, index) => {
    if (!isCode(token)) return [];
    const following = relevant[index + 1];
    const next =
      following !== undefined && isCode(following)
        ? { language: following.lang ?? '', text: following.text }
        : undefined;
    return [{ language: token.lang ?? '', text: token.text, next }];
  });
}

/** A heading's text without the marks of code and links. */
function plain(text: string): string {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
}

const isCode = (token: Token): token is Tokens.Code => token.type === 'code';
const isHeading = (token: Token): token is Tokens.Heading => token.type === 'heading';
const isLink = (token: Token): token is Tokens.Link | Tokens.Image =>
  token.type === 'link' || token.type === 'image';
const isQuote = (token: Token): token is Tokens.Blockquote => token.type === 'blockquote';
const isTable = (token: Token): token is Tokens.Table => token.type === 'table';
