import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { build, ensureBuilt, type Plan } from '../../build/build.ts';
import type { Step } from '../../build/steps.ts';

let project: string;
let runs: string[];
let lines: string[];
let plan: Plan;

/** A step that copies its only input directory, upper-cased, and can be told to fail half-way. */
function copying(name: string, input: string, output: string): Step {
  return {
    name,
    inputs: [input],
    except: [],
    output,
    async build(directory) {
      runs.push(name);
      for (const file of readdirSync(join(project, input))) {
        const text = readFileSync(join(project, input, file), 'utf8');
        writeFileSync(join(directory, file), text.toUpperCase());
        await new Promise((resolve) => setImmediate(resolve));
        if (text === 'broken') throw new Error(`${file} is broken`);
      }
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(join(project, path, '..'), { recursive: true });
  writeFileSync(join(project, path), text);
}

function read(path: string): string | undefined {
  return existsSync(join(project, path)) ? readFileSync(join(project, path), 'utf8') : undefined;
}

/** Builds, and gives the names of the steps that ran. */
async function stepsBuilt(): Promise<string[]> {
  runs = [];
  await build([], plan);
  return runs.sort();
}

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'rollcall-build-'));
  lines = [];
  plan = {
    project,
    steps: [copying('server', 'src', 'dist'), copying('page', 'client', 'dist/page')],
    sharedInputs: ['lock.json'],
    log: (line) => lines.push(line),
  };
  write('lock.json', '1');
  write('src/a.js', 'a');
  write('src/b.js', 'b');
  write('client/index.html', 'page');
  await stepsBuilt();
});

afterEach(() => rm(project, { recursive: true, force: true }));

test('a first build runs every step, says so, and writes only the outputs and its record', () => {
  expect(runs).toEqual(['page', 'server']);
  expect(lines).toEqual([
    'Building server and page …',
    expect.stringMatching(/^ {2}(server|page) built in \d\.\d s$/),
    expect.stringMatching(/^ {2}(server|page) built in \d\.\d s$/),
  ]);
  expect([read('dist/a.js'), read('dist/b.js'), read('dist/page/index.html')]).toEqual(['A', 'B', 'PAGE']);
  expect(readdirSync(project).sort()).toEqual(['client', 'dist', 'lock.json', 'src']);
  expect(readdirSync(join(project, 'dist/.build')).sort()).toEqual(['page.json', 'server.json']);
});

test('a build does nothing and prints nothing when everything is up to date', async () => {
  lines = [];
  expect(await stepsBuilt()).toEqual([]);
  expect(lines).toEqual([]);
});

describe('a build runs again', () => {
  test.each<[string, () => void, string[]]>([
    ['an input has changed', () => write('src/a.js', 'aa'), ['server']],
    ['there is a new input', () => write('client/new.html', 'new'), ['page']],
    ['an input has been removed', () => rmSync(join(project, 'src/b.js')), ['server']],
    ['a shared input has changed', () => write('lock.json', '2'), ['page', 'server']],
    ['an output is missing', () => rmSync(join(project, 'dist/a.js')), ['server']],
    ['an output has been overwritten', () => write('dist/a.js', 'X'), ['server']],
    ['a file is left over from another branch', () => write('dist/old.js', 'OLD'), ['server']],
    ['the output of another step is missing', () => rmSync(join(project, 'dist/page/index.html')), ['page']],
    ['dist is missing', () => rmSync(join(project, 'dist'), { recursive: true }), ['page', 'server']],
    ['the record cannot be read', () => write('dist/.build/page.json', '{'), ['page']],
  ])('when %s', async (_when, change, steps) => {
    change();
    expect(await stepsBuilt()).toEqual(steps);
    const outputs = Object.fromEntries(
      readdirSync(join(project, 'src')).map((name) => [name, read(`dist/${name}`)]),
    );
    const inputs = readdirSync(join(project, 'src')).map((name) => [
      name,
      read(`src/${name}`)?.toUpperCase(),
    ]);
    expect(outputs).toEqual(Object.fromEntries(inputs));
    expect(readdirSync(join(project, 'dist')).filter((name) => name.endsWith('.js'))).toEqual(
      Object.keys(outputs),
    );
    expect(await stepsBuilt()).toEqual([]);
  });
});

test('a build does not run for a new modification time alone, as after switching branches back and forth', async () => {
  write('src/a.js', 'a');
  expect(await stepsBuilt()).toEqual([]);
});

test('a failing step changes none of its outputs, and is run again next time', async () => {
  write('src/a.js', 'changed');
  write('src/b.js', 'broken');
  await expect(build([], plan)).rejects.toThrow('b.js is broken');
  expect([read('dist/a.js'), read('dist/b.js')]).toEqual(['A', 'B']);
  expect(readdirSync(project).sort()).toEqual(['client', 'dist', 'lock.json', 'src']);
  write('src/b.js', 'mended');
  expect(await stepsBuilt()).toEqual(['server']);
  expect([read('dist/a.js'), read('dist/b.js')]).toEqual(['CHANGED', 'MENDED']);
});

test('a build of one step leaves the others as they are, also one that fails', async () => {
  write('src/a.js', 'changed');
  write('client/index.html', 'broken');
  runs = [];
  await build(['server'], plan);
  expect(runs).toEqual(['server']);
  expect([read('dist/a.js'), read('dist/page/index.html')]).toEqual(['CHANGED', 'PAGE']);
});

test('of several builds at once, one runs and the others wait', async () => {
  write('src/a.js', 'changed');
  lines = [];
  runs = [];
  await Promise.all([build([], plan), build([], plan), ensureBuilt(plan)]);
  expect(runs).toEqual(['server']);
  expect(read('dist/a.js')).toBe('CHANGED');
  expect(lines.filter((line) => line.startsWith('Waiting'))).toHaveLength(2);
});

test('a build removes the lock of a killed build', async () => {
  write('src/a.js', 'changed');
  // No process has this number: it is above the largest that Linux gives.
  write('dist/.build/lock', '4194305');
  expect(await stepsBuilt()).toEqual(['server']);
  expect(readdirSync(join(project, 'dist/.build')).sort()).toEqual(['page.json', 'server.json']);
});

describe('a command of package.json', () => {
  test('builds what was never built', async () => {
    rmSync(join(project, 'dist'), { recursive: true });
    runs = [];
    await ensureBuilt(plan);
    expect(runs.sort()).toEqual(['page', 'server']);
  });

  test('runs the existing build although the source has changed', async () => {
    write('src/a.js', 'changed');
    runs = [];
    await ensureBuilt(plan);
    expect(runs).toEqual([]);
  });
});
