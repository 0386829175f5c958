const OLDEST_NODE = 24;

/** Stops the process with a sentence when it runs on a Node that is too old; npm scripts bring their own. */
export function requireNode(): void {
  const [major] = process.versions.node.split('.');
  if (Number(major) >= OLDEST_NODE) return;
  process.stderr.write(
    `Rollcall needs Node ${OLDEST_NODE} or newer, and this is ${process.versions.node}. ` +
      'Start it with "npm start" or "npx rollcall", which use the Node that npm ci has installed.\n',
  );
  process.exit(1);
}
