import {flagOf, SETTING_KEYS} from '../config/settings.ts';
import {deliver} from '../events/deliver.ts';
import {type Handler, labelOf, listHandlers} from '../events/handler.ts';
import {openHandlerQueue} from '../events/handler-queue.ts';
import {startDeliverer} from '../events/start-deliverer.ts';
import {launcherEnvironment} from '../git/launcher.ts';
import type {AppContext} from './context.ts';
import {PROGRAM} from './package.ts';
import {PROCESS_CLOCK} from './process-clock.ts';
import {keepLogSmall, openJsonLog} from './worker/worker-log.ts';
import {localFiles} from './workspace/local-files.ts';
import type {RepositoryWorkspace} from './workspace/open-workspace.ts';

/** The handlers of events in the settings. */
export function eventHandlers({config: {settings}}: Pick<RepositoryWorkspace, 'config'>): Handler[] {
  return listHandlers({scripts: settings['ctr.onSync'], webhooks: settings['ctr.webhook']});
}

/** The handlers in Git's config, also if the environment or flags of this run name others. */
export function configuredHandlers({config: {gitValues}}: Pick<RepositoryWorkspace, 'config'>): Handler[] {
  return listHandlers({
    scripts: gitValues.get('ctr.onSync') ?? [],
    webhooks: gitValues.get('ctr.webhook') ?? [],
  });
}

/**
 * A process of its own delivers what waits: a handler that hangs or fails is nothing that a sync waits for. Handlers
 * see the same variables after every sync, and not what the person or the cron job that ran it has.
 */
export function startDelivery({env}: Pick<AppContext, 'env'>, workspace: RepositoryWorkspace): void {
  const {eventsLog} = localFiles(workspace);
  startDeliverer([process.execPath, PROGRAM, 'deliver', '--repo', workspace.gitDir, ...flagsOf(workspace)], {
    env: {...launcherEnvironment(env), ...settingsOf(env)},
    cwd: workspace.gitDir,
    logFile: eventsLog,
  });
}

/** Delivers what waits, to all handlers at once; each goes its own way. What happens goes to stderr, a JSON line each. */
export async function runDelivery(context: AppContext, workspace: RepositoryWorkspace): Promise<void> {
  const {settings, secrets} = workspace.config;
  const files = localFiles(workspace);
  await keepLogSmall(files.eventsLog);
  const log = openJsonLog(context);
  const deliverTo = async (handler: Handler) => {
    const end = await deliver(handler, {
      queue: openHandlerQueue(files.events, handler),
      lockFile: files.handlerLock(handler.id),
      log,
      gitDir: workspace.gitDir,
      env: context.env,
      scriptTimeoutMs: settings['ctr.events.timeoutSeconds'] * 1000,
      webhookTimeoutMs: settings['ctr.timeoutSeconds'] * 1000,
      webhookSecret: secrets.CTR_WEBHOOK_SECRET,
      lingerMs: settings['ctr.worker.lingerSeconds'] * 1000,
      ...PROCESS_CLOCK,
    });
    if (end.kind === 'failed') log({handler: labelOf(handler), error: 'gave up; the next sync tries again'});
  };
  const ends = await Promise.allSettled(eventHandlers(workspace).map(deliverTo));
  // One handler's bug is not to keep the others from ending well; nor is it to be hidden.
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Settings of the environment hold for the events of this run, too; and Git's choice of its configuration files. */
function settingsOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => /^(CTR|GIT_CONFIG)_/.test(name)));
}

/** Settings that were given as flags for this one run hold for its events, too. */
function flagsOf({config: {settings, sources}}: RepositoryWorkspace): string[] {
  return SETTING_KEYS.filter((key) => sources.get(key) === 'flag').flatMap((key) =>
    [settings[key]].flat().map((value) => `--${flagOf(key)}=${value}`),
  );
}
