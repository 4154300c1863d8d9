import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

/** A file that pages need, of the package itself. */
export interface Asset {
  /** Changes with its content, so that it can be kept for ever. */
  readonly path: string;
  readonly mime: string;
  readonly bytes: Buffer;
}

/** Stylesheet, script and icon of every page. */
export const ASSETS = {
  style: readAsset('explorer.css', 'text/css; charset=utf-8'),
  script: readAsset('explorer.js', 'text/javascript; charset=utf-8'),
  icon: readAsset('explorer.svg', 'image/svg+xml'),
};

function readAsset(name: string, mime: string): Asset {
  // The same way up from `src` and from `dist`.
  const bytes = readFileSync(new URL(`../../../assets/${name}`, import.meta.url));
  const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  return {path: `/-/${version}/${name}`, mime, bytes};
}
