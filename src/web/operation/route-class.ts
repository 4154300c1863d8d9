/** The coarse kind of a request: a label of metrics. */
export type RouteClass = 'git-fetch' | 'git-push' | 'api' | 'operation' | 'explorer';

export const ROUTE_CLASSES: readonly RouteClass[] = ['git-fetch', 'git-push', 'api', 'operation', 'explorer'];

/** By the path below the base path; `service` is what a Git client asks `info/refs` for. */
export function routeClassOf(path: string, service: string | undefined): RouteClass {
  if (/^\/[^/]+\/git-receive-pack$/.test(path)) return 'git-push';
  if (/^\/[^/]+\/git-upload-pack$/.test(path)) return 'git-fetch';
  if (/^\/[^/]+\/info\/refs$/.test(path) && service !== undefined) {
    return service === 'git-receive-pack' ? 'git-push' : 'git-fetch';
  }
  if (path.startsWith('/api/')) return 'api';
  return /^\/(healthz|readyz|metrics)$/.test(path) ? 'operation' : 'explorer';
}

export function isGit(route: RouteClass): boolean {
  return route === 'git-fetch' || route === 'git-push';
}
