import type {CommitSummary} from '../../../domain/commit.ts';
import {listCommits} from '../../../read/read-log.ts';
import type {View} from '../explorer-url.ts';
import {type Html, html, shortRef, showLine, showName} from '../html.ts';
import {hrefAt, hrefIn, type PlaceRequest} from '../page-request.ts';

const COMMITS_MAX = 30;

/**
 * The newest commits of a revision as an Atom feed, its addresses with scheme and host: a feed reader may have it
 * from elsewhere. Source: RFC 4287.
 */
export async function renderFeed(request: PlaceRequest): Promise<string> {
  const {reader, revision, place} = request;
  const commits = await listCommits(reader, {history: revision.history, limit: COMMITS_MAX});
  const name = `${place.repo}: ${shortRef(revision.ref ?? revision.commit)}`;
  const absolute = (view: View) => request.origin + hrefAt(request, {view});
  const feed = html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:ctr:${reader.repository.id}:${encodeURIComponent(revision.ref ?? revision.commit)}</id>
<title>${xmlText(showName(name))}</title>
<updated>${commits[0] ? utc(commits[0]) : new Date(0).toISOString()}</updated>
<link rel="self" type="application/atom+xml" href="${absolute('feed')}"/>
<link rel="alternate" type="text/html" href="${absolute('history')}"/>
${commits.map((commit) => entry(request, commit))}</feed>
`;
  return String(await feed);
}

function entry(request: PlaceRequest, commit: CommitSummary): Html {
  const {oid, subject, message, author} = commit;
  return html`<entry>
<id>urn:git:${oid}</id>
<title>${xmlText(showLine(subject || '(no message)'))}</title>
<updated>${utc(commit)}</updated>
<author><name>${xmlText(showLine(author.name || 'unknown'))}</name></author>
<link rel="alternate" type="text/html" href="${request.origin}${hrefIn(request, {page: 'commit', oid})}"/>
<content type="text">${xmlText(message.slice(0, 4000).toWellFormed())}</content>
</entry>
`;
}

function utc(commit: CommitSummary): string {
  const date = new Date(commit.committer.timeSeconds * 1000);
  // Years that a feed cannot say are those of a joker.
  const isPlain = !Number.isNaN(date.getTime()) && /^\d{4}-/.test(date.toISOString());
  return (isPlain ? date : new Date(0)).toISOString();
}

/** XML has no way to say these characters, escaped or not. */
function xmlText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- controls are what this is about
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
}
