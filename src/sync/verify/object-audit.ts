import {createHash} from 'node:crypto';
import {objectKeyOf, objectPrefixOf} from '../../store/ports/object-store.ts';
import type {EntryAudit} from './entry-audit.ts';
import type {Examination, VerifyDeps} from './examination.ts';

const HEAD_BYTES = 8000;

/** The objects against the entries that name them: each needed one is there with its size, and no other. */
export async function auditObjects(exam: Examination, entries: EntryAudit): Promise<void> {
  const {objects, settings} = exam.deps;
  const {repo, index} = settings;
  const missing = new Set(entries.objects.keys());
  const extra: string[] = [];
  for await (const batch of objects.list(objectPrefixOf({index, repo}))) {
    for (const {key, sizeBytes} of batch) {
      exam.checked.objects++;
      const oid = key.slice(key.lastIndexOf('/') + 1);
      const isPlaced = objectKeyOf({index, repo, oid}) === key;
      const wanted = isPlaced ? entries.objects.get(oid) : undefined;
      if (isPlaced) missing.delete(oid);
      if (wanted && wanted.sizeBytes !== sizeBytes) await noteSize(exam, entries, oid);
      // The object of an entry whose document is lost belongs to it.
      if (wanted || (isPlaced && entries.isDoubtedOid(oid))) continue;
      extra.push(key);
    }
    exam.show('objects', exam.checked.objects, entries.objects.size);
  }
  if (extra.length > 0 && !(await exam.options.sharesObjects?.())) {
    for (const key of extra) exam.findings.push({kind: 'object-extra', key});
    exam.repairs.staleObjects.push(...extra);
  }
  for (const oid of missing) {
    const key = objectKeyOf({index, repo, oid});
    exam.findings.push({kind: 'object-missing', key, oid});
    exam.repairs.objects.push({key, entry: entries.objects.get(oid)!.entry});
  }
}

/** Either the object or the entry is wrong about the size: the bytes tell. */
async function noteSize(exam: Examination, entries: EntryAudit, oid: string): Promise<void> {
  const {repo, index} = exam.deps.settings;
  const found = await readObject(exam, objectKeyOf({index, repo, oid}));
  if (found?.oid === oid) await entries.noteWrongSizes(oid, found.sizeBytes);
  else noteCorrupt(exam, entries, {oid, what: 'size'});
}

/** An object has one finding, however much is wrong with it. */
export function noteCorrupt(
  exam: Examination,
  entries: EntryAudit,
  {oid, what}: {oid: string; what: string},
): void {
  const {repo, index} = exam.deps.settings;
  const key = objectKeyOf({index, repo, oid});
  if (exam.findings.some((finding) => finding.kind === 'object-corrupt' && finding.key === key)) return;
  exam.findings.push({kind: 'object-corrupt', key, oid, what: [what]});
  exam.repairs.objects.push({key, entry: entries.objects.get(oid)!.entry});
}

/** The object's oid by its bytes, and as much of them as it takes to make an entry. Undefined where there is none. */
export async function readObject(
  {deps}: {readonly deps: Pick<VerifyDeps, 'objects' | 'repository' | 'settings'>},
  key: string,
  textMaxBytes = deps.settings.textMaxBytes,
): Promise<{oid: string; bytes: Buffer; sizeBytes: number} | undefined> {
  const {objects, repository} = deps;
  const sizeBytes = await objects.stat(key);
  const stream = sizeBytes === undefined ? undefined : await objects.get(key);
  if (sizeBytes === undefined || !stream) return undefined;
  const digest = createHash(repository.objectFormat).update(`blob ${sizeBytes}\0`);
  const keptBytes = sizeBytes <= textMaxBytes ? sizeBytes : HEAD_BYTES;
  const kept: Buffer[] = [];
  let readBytes = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    digest.update(part);
    if (readBytes < keptBytes) kept.push(part);
    readBytes += part.length;
  }
  return {oid: digest.digest('hex'), bytes: Buffer.concat(kept), sizeBytes};
}
