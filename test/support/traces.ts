import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join, relative} from 'node:path';
import {buffer} from 'node:stream/consumers';
import {type ObjectsLocation, openObjects} from '../../src/store/open-stores.ts';
import type {CtrRig} from './ctr-rig.ts';

/**
 * Every file below `ctr/`, and every object of the bucket that may be the repository's, with one of the words in its name
 * or its bytes: found by a byte search, independent of ctr.
 */
export async function findTraces(rig: CtrRig, words: readonly string[]): Promise<string[]> {
  const hasWord = (bytes: Buffer | string) => words.some((word) => bytes.includes(word));
  const local = listFiles(join(rig.gitDir, 'ctr'))
    .filter((file) => hasWord(relative(rig.gitDir, file)) || hasWord(readFileSync(file)))
    .map((file) => relative(rig.gitDir, file));
  const remote: string[] = [];
  for (const url of [rig.setting('ctr.objects.url'), rig.env['CTR_TEST_OLD_OBJECTS_URL']]) {
    if (url === undefined || url === 'embedded') continue;
    for (const [key, bytes] of await readAllObjects(rig, url))
      if (hasWord(key) || hasWord(bytes)) remote.push(key);
  }
  return [...local, ...remote];
}

/** Files that are no files of their own (links) are what they lead to. */
function listFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function readAllObjects(rig: CtrRig, url: string): Promise<[string, Buffer][]> {
  const location: ObjectsLocation = {
    url,
    bucket: rig.setting('ctr.objects.bucket') ?? 'ctr',
    region: 'us-east-1',
    accessKey: rig.setting('ctr.objects.accessKey'),
    secretKey: rig.setting('ctr.objects.secretKey'),
    timeoutMs: 60_000,
    directory: undefined,
  };
  await using objects = await openObjects(location);
  const found: [string, Buffer][] = [];
  // Other tests fill the same bucket: what is ours begins with the name of our index.
  for await (const batch of objects.list(`${rig.setting('ctr.index.name')}/`))
    for (const {key} of batch) found.push([key, await buffer((await objects.get(key))!)]);
  return found;
}
