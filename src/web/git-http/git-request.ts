import type {GitService} from '../../git/http-backend.ts';

/** A request of a Git client, or the reason why it is not one of smart HTTP. */
export type GitRequest =
  | {
      readonly kind: 'git';
      readonly service: GitService;
      readonly isAdvertisement: boolean;
      readonly isGzip: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: string;
      readonly headers: Readonly<Record<string, string>>;
    };

/** The parts of a request that decide. */
export interface GitRequestParts {
  readonly method: string;
  /** The path after the repository: `info/refs`, `git-upload-pack` or `git-receive-pack`. */
  readonly path: string;
  readonly service: string | undefined;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** Answer to requests for files of the repository's directory, and to other clients than Git. */
export const DUMB =
  'Only the smart protocol is served: use a Git client (git clone), of version 1.6.6 or newer.';

/** Source: gitprotocol-http(5). */
export function parseGitRequest(parts: GitRequestParts): GitRequest {
  const {method, path, service, contentType, contentEncoding} = parts;
  if (path === 'info/refs') {
    if (!isService(service)) return refused(403, DUMB);
    if (method !== 'GET') return refused(405, 'References are asked for with GET.', {Allow: 'GET'});
    return {kind: 'git', service, isAdvertisement: true, isGzip: false};
  }
  if (!isService(path)) return refused(403, DUMB);
  if (method !== 'POST') return refused(405, `${path} is asked with POST.`, {Allow: 'POST'});
  // A page of another site could send a form here with the credentials that a browser keeps; not with this type.
  if (contentType !== `application/x-${path}-request`) return refused(415, `This is no request of ${path}.`);
  if (![undefined, 'identity', 'gzip', 'x-gzip'].includes(contentEncoding)) {
    return refused(415, 'A body may be compressed with gzip only.');
  }
  return {
    kind: 'git',
    service: path,
    isAdvertisement: false,
    isGzip: contentEncoding?.endsWith('gzip') === true,
  };
}

function isService(name: string | undefined): name is GitService {
  return name === 'git-upload-pack' || name === 'git-receive-pack';
}

function refused(status: number, reason: string, headers: Readonly<Record<string, string>> = {}): GitRequest {
  return {kind: 'refused', status, reason, headers};
}
