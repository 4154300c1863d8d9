import {basename, dirname, join} from 'node:path';
import type {Config} from '../../config/read-config.ts';
import type {IndexLocation, ObjectsLocation} from '../../store/open-stores.ts';

/** Where the index and the objects of a repository are, and its name. */
export function locateStores({settings, secrets}: Config, gitDir: string | undefined) {
  const directory = gitDir === undefined ? undefined : join(gitDir, 'ctr');
  const name = settings['ctr.name'] ?? (gitDir === undefined ? 'repository' : defaultName(gitDir));
  const timeoutMs = settings['ctr.timeoutSeconds'] * 1000;
  const indexLocation: IndexLocation = {
    url: settings['ctr.index.url'],
    name: settings['ctr.index.name'] ?? indexNameOf(name),
    username: settings['ctr.index.username'],
    password: secrets.CTR_INDEX_PASSWORD,
    caFile: settings['ctr.index.caFile'],
    timeoutMs,
    directory,
  };
  const objectsLocation: ObjectsLocation = {
    url: settings['ctr.objects.url'],
    bucket: settings['ctr.objects.bucket'],
    region: settings['ctr.objects.region'],
    accessKey: secrets.CTR_OBJECTS_ACCESS_KEY,
    secretKey: secrets.CTR_OBJECTS_SECRET_KEY,
    caFile: settings['ctr.objects.caFile'],
    timeoutMs,
    directory,
  };
  return {name, directory, indexLocation, objectsLocation};
}

/** site.git -> site, and of a working tree its directory's name. */
function defaultName(gitDir: string): string {
  const base =
    basename(gitDir) === '.git' ? basename(dirname(gitDir)) : basename(gitDir).replace(/\.git$/, '');
  const name = base
    .replace(/[^\p{L}\p{N}._ -]/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 100);
  return name || 'repository';
}

/** A name that OpenSearch takes: lower case, letters, digits and dashes. */
function indexNameOf(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 100);
  return plain || 'repository';
}
