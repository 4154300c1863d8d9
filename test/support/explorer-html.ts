import {parseUrl} from '../../src/web/explorer/explorer-url.ts';

/** Reads the explorer's markup, for comparison with Git. */

/** The markup between `<main>` and `</main>`. */
export function mainOf(page: string): string {
  return /<main[^>]*>([\s\S]*)<\/main>/.exec(page)?.[1] ?? '';
}

/** Every address on the page, in its order. */
export function hrefsOf(markup: string): string[] {
  return [...markup.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, href]) => unescapeHtml(href!));
}

export interface ShownEntry {
  readonly view: string;
  readonly path: string;
  readonly commit: string | undefined;
  readonly size: string;
}

/** The rows of a directory. */
export function entriesOf(page: string): ShownEntry[] {
  const rows = [...page.matchAll(/<tr><td class="name">.*?<\/tr>/gs)].map(([row]) => row);
  return rows.map((row) => {
    const [first = '', ...others] = hrefsOf(row);
    const url = parseUrl(first.split('?')[0]!);
    const place = url?.page === 'place' ? url.readings.at(-1)! : undefined;
    return {
      view: place?.view ?? '',
      path: place?.path ?? '',
      commit: others.map((href) => /\/commit\/(\w+)$/.exec(href)?.[1]).find(Boolean),
      size: /<td class="right dim size">([^<]*)<\/td><\/tr>$/.exec(row)?.[1] ?? '',
    };
  });
}

/** The lines of a file that is shown as code. */
export function codeOf(page: string): string[] {
  return [...page.matchAll(/<div class="line" id="L\d+"><a [^>]*>\d+<\/a><code>(.*?)<\/code><\/div>/gs)].map(
    ([, line]) => textOf(line!),
  );
}

/** Oids of the commits that a history lists. */
export function commitsOf(page: string): string[] {
  const items = mainOf(page).matchAll(/<li><div class="what"><a href="[^"]*\/commit\/(\w+)"/g);
  return [...items].map(([, oid]) => oid!);
}

export interface ShownChange {
  readonly status: string;
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** The files of a commit or a comparison, with how many lines came and went. */
export function changesOf(page: string): ShownChange[] {
  return [...page.matchAll(/<section class="box" id="f\d+".*?<\/section>/gs)].map(([section]) => {
    const url = parseUrl(hrefsOf(section)[0]!);
    return {
      status: /class="status (\w+)"/.exec(section)?.[1] ?? '',
      path: url?.page === 'place' ? url.readings.at(-1)!.path : '',
      added: section.match(/<tr class="come">/g)?.length ?? 0,
      removed: section.match(/<tr class="gone">/g)?.length ?? 0,
    };
  });
}

/** Markup as plain text. */
export function textOf(markup: string): string {
  return unescapeHtml(markup.replace(/<[^>]*>/g, ''));
}

export function unescapeHtml(text: string): string {
  const entities: Record<string, string> = {lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&'};
  return text.replace(/&(lt|gt|quot|#39|#x27|amp);/g, (_, name: string) => entities[name]!);
}
