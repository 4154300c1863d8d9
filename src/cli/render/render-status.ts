import {displayPath} from '../../domain/path.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatCount} from '../../util/format.ts';
import type {Output} from '../output.ts';
import type {RefStatus, Status} from '../read-status.ts';

const REFS_SHOWN = 20;

/** What is not as it should be, named; what is, counted. */
export function renderStatus(status: Status, output: Output, {isVerbose}: {isVerbose: boolean}): void {
  const {name, engine, refs, queue, hook, failures, events, upToDate, reindexDue} = status;
  const behind = refs.filter(({state}) => state !== 'current' && state !== 'skipped');
  output.line(`${name}: ${upToDate ? 'up to date' : 'behind'} (${engine})`);
  output.line(`refs: ${formatCount(refs.length)}, of which ${formatCount(behind.length)} are not current`);
  const shown = isVerbose ? refs : behind.slice(0, REFS_SHOWN);
  for (const ref of shown) {
    output.line(
      `  ${ref.state.padEnd(8)} ${displayPath(ref.name)}  ${ref.index ?? '-'} -> ${ref.git ?? '-'}`,
    );
  }
  if (shown.length < behind.length) output.line(`  ... ${behind.length - shown.length} more (-v)`);
  output.line(`queue: ${formatCount(queue.notes)} notes; hook: ${hook}`);
  for (const {kind, name: what, oid, reason, since, attempts} of failures) {
    output.line(
      `failed: ${kind} ${escapeText(what)} ${oid}: ${escapeText(reason)} (since ${since}, ${attempts} tries)`,
    );
  }
  for (const {setting, was, is} of reindexDue) {
    const [before, now] = [was, is].map((value) => escapeText(JSON.stringify(value)));
    output.line(`reindex due: ${setting} is ${now}, and was ${before} when something was indexed`);
  }
  if (reindexDue.length > 0) output.note('Run `ctr reindex` to build everything by the settings of today.');
  for (const {handler, waiting, since, attempts, lastError} of events) {
    const trouble = lastError === null ? '' : `: ${escapeText(lastError)} (${attempts} tries)`;
    const age = since === null ? '' : ` since ${since}`;
    output.line(`events: ${formatCount(waiting)} waiting${age} for ${escapeText(handler)}${trouble}`);
  }
  if (!upToDate) output.note(adviceOf(behind));
}

/** A sync brings what is behind; what it could not read it cannot mend. */
function adviceOf(behind: readonly RefStatus[]): string {
  const failed = behind.filter(({state}) => state === 'failed');
  const others = failed.length < behind.length ? 'Run `ctr sync` to bring it up to date. ' : '';
  if (failed.length === 0) return others.trimEnd();
  return `${others}Of a ref that failed, mend the cause, then sync again; where the index is damaged, \`ctr verify --repair\` mends it.`;
}
