import {rmSync} from 'node:fs';
import {Socket} from 'node:net';
import {LIFELINE_FD} from './protocol.ts';

// A thread: the process's own one may be in the middle of a long query, and would notice nothing.
// The other end of the descriptor is the server's alone. When it closes, the server has died, however it died.
new Socket({fd: LIFELINE_FD})
  .on('close', () => {
    rmSync(process.argv[2]!, {recursive: true, force: true});
    process.kill(process.pid, 'SIGKILL');
  })
  .resume();
