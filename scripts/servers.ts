/**
 * Starts the servers of the tests and keeps them until Ctrl-C, so that single test files run without waiting.
 * Prints what to evaluate in another shell: `export CTR_TEST_...` lines on stdout, once both are ready.
 */
import {missingServers, serverVariables, startServers} from '../test/support/servers/index.ts';

const servers = await startServers();
const missing = missingServers(servers);
if (missing.length > 0) {
  for (const {kind, reason} of missing) process.stderr.write(`no ${kind}: ${reason}\n`);
  await servers.stop();
  process.exit(1);
}

const stopAsked = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => stopAsked.resolve());
// A promise alone does not keep Node alive where both servers were here before.
const keepAlive = setInterval(() => {}, 60_000);

for (const [name, value] of Object.entries(serverVariables(servers))) {
  process.stdout.write(`export ${name}='${value}'\n`);
}
process.stderr.write('both servers are ready; Ctrl-C stops them\n');

await stopAsked.promise;
clearInterval(keepAlive);
await servers.stop();
