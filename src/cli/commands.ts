import * as cat from './commands/cat.ts';
import * as config from './commands/config.ts';
import type {Register} from './commands/define-command.ts';
import * as deliver from './commands/deliver.ts';
import * as forget from './commands/forget.ts';
import * as init from './commands/init.ts';
import * as install from './commands/install.ts';
import * as log from './commands/log.ts';
import * as ls from './commands/ls.ts';
import * as prune from './commands/prune.ts';
import * as refs from './commands/refs.ts';
import * as reindex from './commands/reindex.ts';
import * as search from './commands/search.ts';
import * as serve from './commands/serve.ts';
import * as status from './commands/status.ts';
import * as sync from './commands/sync.ts';
import * as token from './commands/token.ts';
import * as uninstall from './commands/uninstall.ts';
import * as verify from './commands/verify.ts';
import * as wait from './commands/wait.ts';
import * as where from './commands/where.ts';

/** One entry a verb, in the order in which a newcomer needs them. */
export const COMMANDS: readonly Register[] = [
  init,
  install,
  uninstall,
  sync,
  reindex,
  search,
  ls,
  cat,
  log,
  refs,
  where,
  status,
  wait,
  verify,
  prune,
  forget,
  serve,
  token,
  config,
  deliver,
].map(({register}) => register);
