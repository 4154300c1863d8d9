import * as cat from './cat.ts';
import * as config from './config.ts';
import type {Register} from './define-command.ts';
import * as deliver from './deliver.ts';
import * as forget from './forget.ts';
import * as init from './init.ts';
import * as install from './install.ts';
import * as log from './log.ts';
import * as ls from './ls.ts';
import * as prune from './prune.ts';
import * as refs from './refs.ts';
import * as reindex from './reindex.ts';
import * as search from './search.ts';
import * as serve from './serve.ts';
import * as status from './status.ts';
import * as sync from './sync.ts';
import * as token from './token.ts';
import * as uninstall from './uninstall.ts';
import * as verify from './verify.ts';
import * as wait from './wait.ts';
import * as where from './where.ts';

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
