/**
 * `npm run build`: builds what is not up to date, or of that only the steps that are named. In JavaScript, since an older
 * Node has to be able to read it.
 */
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  process.stderr.write('The build needs Node 24, which "npm ci" installs. Run "npm ci" first.\n');
  process.exit(1);
}
const { build } = await import('./build.ts');
try {
  await build(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`The build failed. ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
