import {cutText} from '../../../domain/cut-text.ts';
import {findContaining} from '../../../read/find-containing.ts';
import {type CommitDetails, type Person, readCommit} from '../../../read/read-commit.ts';
import {renderChanges} from '../changes.ts';
import {type Html, html, shortOid, shortRef, showBreakable, showLine, showTime} from '../html.ts';
import {hrefIn, type Page, type RepositoryRequest, revisionOfRef} from '../page-request.ts';
import {copyButton, notice} from '../parts.ts';

const MESSAGE_MAX_CHARS = 20_000;
const PATHS_MAX = 1000;
/** Refs that are looked at, and that are shown of those that contain the commit. */
const REFS_MAX = 500;
const REFS_SHOWN_MAX = 20;

/** A commit: who, when, why, and what it changed against its first parent. */
export async function commitPage(request: RepositoryRequest, oid: string): Promise<Page & {oid: string}> {
  const commit = await readCommit(request.reader, oid);
  const subject = commit.subject === '' ? '(no message)' : showLine(cutText(commit.subject, 500));
  return {
    oid: commit.oid,
    title: `${subject} · ${shortOid(commit.oid)}`,
    body: html`<h1>${subject}</h1>
<div class="box commit">
${
  commit.message.trim() === commit.subject
    ? ''
    : html`<pre class="message">${cutText(commit.message, MESSAGE_MAX_CHARS)}</pre>
`
}<dl>${people(request, commit)}<dt>Commit</dt><dd>${wholeOid(commit.oid, 'commit')}</dd>${parents(request, commit)}<dt>Tree</dt><dd>${wholeOid(commit.tree, 'tree')}</dd></dl>
<p class="actions"><a href="${hrefIn(request, {revision: {family: 'revision', name: commit.oid}})}">Browse the files</a></p>
</div>
${await containingRefs(request, commit)}
${await changesOf(request, commit)}`,
  };
}

/** The branches and tags that contain the commit. */
async function containingRefs(request: RepositoryRequest, {oid}: CommitDetails): Promise<Html> {
  const {places, isComplete} = await findContaining(request.reader, {oid, refsMax: REFS_MAX});
  const links = places.slice(0, REFS_SHOWN_MAX).map(({ref}) => {
    const href = hrefIn(request, {revision: revisionOfRef(ref)});
    return html`<li><a href="${href}">${showBreakable(shortRef(ref))}</a></li>`;
  });
  const left = places.length - links.length;
  const more =
    left > 0 || !isComplete ? html`<li>${left > 0 ? `and ${left} more` : 'and maybe more'}</li>` : '';
  return html`<section class="also" aria-label="Branches and tags that contain this commit"><h2>This commit is on</h2><ul>${links}${more}</ul></section>`;
}

function wholeOid(oid: string, what: string): Html {
  return html`<span class="oid"><code>${oid}</code>${copyButton(oid, `Copy the ${what}'s oid`)}</span>`;
}

function people({options}: RepositoryRequest, {author, committer}: CommitDetails): Html {
  const now = options.now();
  const isOne =
    author.name === committer.name && author.email === committer.email && author.date === committer.date;
  return html`<dt>Author</dt><dd>${person(author, now)}</dd>${isOne ? '' : html`<dt>Committer</dt><dd>${person(committer, now)}</dd>`}`;
}

function person({name, email, date}: Person, now: Date): Html {
  return html`${showLine(name)} <span class="dim">${showLine(email)}</span>, ${showTime(date, now)}`;
}

function parents(request: RepositoryRequest, {parents: oids}: CommitDetails): Html | '' {
  if (oids.length === 0) return '';
  const links = oids.map(
    (oid) => html`<a href="${hrefIn(request, {page: 'commit', oid})}"><code>${shortOid(oid)}</code></a> `,
  );
  return html`<dt>${oids.length === 1 ? 'Parent' : 'Parents'}</dt><dd>${links}</dd>`;
}

async function changesOf(request: RepositoryRequest, commit: CommitDetails): Promise<Html> {
  const {files, parents: oids, paths} = commit;
  if (files === undefined) {
    const listed = paths.slice(0, PATHS_MAX).map((path) => html`<li>${showBreakable(path)}</li>`);
    return html`${notice('The changes of this commit are too many, or not indexed (ctr.history = refs): here are only their names.')}<ul class="paths">${listed}</ul>`;
  }
  const merge =
    oids.length > 1 ? notice('This is a merge. These are its changes against its first parent.') : '';
  return html`${merge}${await renderChanges(request, files, {before: oids[0], after: commit.oid})}`;
}
