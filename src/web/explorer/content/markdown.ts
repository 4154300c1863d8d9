import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import {languageNamed} from '../../../domain/languages.ts';
import {runWithin} from '../../../util/run-within.ts';
import {type Highlighter, openHighlighter, renewHighlighter} from './highlight.ts';

const CHARS_MAX = 200_000;
/** Of processor time. */
const TIMEOUT_MS = 1000;
const GRAMMARS_MAX = 20;
/** Of ids in a document, so that none of them is one of the page's own. */
const ID_PREFIX = 'md-';

/** Where a document's links lead: a path relative to the document, or from the root of the tree with a slash. */
export interface LinkTargets {
  readonly page: (path: string) => string;
  readonly image: (path: string) => string;
}

const markdown = new MarkdownIt({html: true, linkify: true});

/**
 * The document as safe markup for any content; undefined if it is too long or takes too long. Relative links and images
 * lead to `targets`. A picture from another host becomes a link to it: nothing is loaded from other hosts.
 */
export async function renderMarkdown(text: string, targets: LinkTargets): Promise<string | undefined> {
  if (text.length > CHARS_MAX) return undefined;
  const tokens = runWithin(TIMEOUT_MS, () => markdown.parse(text, {}));
  if (!tokens) return undefined;
  const fences = tokens.filter(({type}) => type === 'fence').map(({info}) => languageOfFence(info));
  const highlighters = await openHighlighters(fences);
  const render = () => {
    const options = {
      ...markdown.options,
      highlight: (code: string, info: string) => highlightFence(code, info, highlighters),
    };
    nameHeadings(tokens);
    return sanitizeHtml(markdown.renderer.render(tokens, options, {}), sanitizing(targets));
  };
  // It may be stopped in a fence, where the end of the document's time leaves the highlighter no word.
  return runWithin(TIMEOUT_MS, render, renewHighlighter);
}

type Token = ReturnType<typeof markdown.parse>[number];

function languageOfFence(info: string): string | undefined {
  const name = /^\s*([^\s{,]{1,40})/.exec(info)?.[1];
  return name === undefined ? undefined : languageNamed(name);
}

async function openHighlighters(
  languages: readonly (string | undefined)[],
): Promise<Map<string, Highlighter>> {
  const wanted = [...new Set(languages)].filter((language) => language !== undefined).slice(0, GRAMMARS_MAX);
  const opened = wanted.map(async (language) => [language, await openHighlighter(language)] as const);
  return new Map(await Promise.all(opened));
}

function highlightFence(code: string, info: string, highlighters: ReadonlyMap<string, Highlighter>): string {
  const language = languageOfFence(info);
  // What is empty is escaped and shown as it is.
  return (language !== undefined && highlighters.get(language)?.(code)) || '';
}

/** Each heading has an id after its words, as readers of other explorers expect it in links. */
function nameHeadings(tokens: readonly Token[]): void {
  const seen = new Map<string, number>();
  for (const [at, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const slug = slugOf(wordsOf(tokens[at + 1]));
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    token.attrSet('id', count === 0 ? slug : `${slug}-${count}`);
  }
}

/** The text of a heading, without the addresses of its links and pictures. */
function wordsOf(inline: Token | undefined): string {
  const words = (inline?.children ?? []).filter(({type}) => type === 'text' || type === 'code_inline');
  return words.map(({content}) => content).join('');
}

/** Source: what GitHub's own ids look like: lower case, dashes for spaces, no punctuation. */
function slugOf(heading: string): string {
  return heading
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

const TAGS = `
  h1 h2 h3 h4 h5 h6 p div span br hr blockquote pre code kbd samp var ul ol li dl dt dd table thead
  tbody tfoot tr th td caption a img em strong b i s del ins u sub sup small mark q cite abbr details
  summary figure figcaption picture
`
  .trim()
  .split(/\s+/);

function sanitizing(targets: LinkTargets): sanitizeHtml.IOptions {
  const links = new OpenLinks();
  return {
    allowedTags: TAGS,
    allowedAttributes: {
      '*': ['id', 'align', 'title', 'lang', 'dir'],
      a: ['href', 'rel'],
      img: ['src', 'alt', 'width', 'height'],
      ol: ['start'],
      th: ['colspan', 'rowspan', 'scope'],
      td: ['colspan', 'rowspan'],
      details: ['open'],
      pre: ['tabindex'],
      table: ['tabindex'],
    },
    allowedClasses: {span: [/^hljs-[a-z_-]+$/], code: [/^language-[\w-]+$/]},
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    disallowedTagsMode: 'discard',
    nestingLimit: 100,
    transformTags: {
      '*': (tagName, attribs) => ({tagName, attribs: withOwnId(attribs)}),
      a: (tagName, attribs) =>
        links.isNested
          ? {tagName: 'span', attribs: withOwnId({...(attribs['id'] && {id: attribs['id']})})}
          : {tagName, attribs: linkAttributes(withOwnId(attribs), targets)},
      img: (_tagName, attribs) => imageOf(attribs, {targets, isInLink: links.takeImage()}),
      // Where they are wider than the window, they are scrolled with the keyboard, too.
      pre: (tagName, attribs) => ({tagName, attribs: {...attribs, tabindex: '0'}}),
      table: (tagName, attribs) => ({tagName, attribs: {...attribs, tabindex: '0'}}),
    },
    onOpenTag: (name, attribs) => links.open(name, attribs),
    onCloseTag: (name) => links.close(name),
    // A link in which there is nothing to be seen can only be stumbled over.
    exclusiveFilter: ({tag, attribs, text}) =>
      tag === 'a' && attribs['href'] !== undefined && text.trim() === '' && !links.hadImage,
  };
}

type Attributes = Record<string, string>;

/** The links that are open at a point of the document. Browsers end a link where another one begins in it. */
class OpenLinks {
  readonly #open: {readonly hasTarget: boolean; hasImage: boolean}[] = [];
  /** True if the last closed link contained a picture. */
  hadImage = false;

  open(name: string, {href}: Attributes): void {
    if (name === 'a') this.#open.push({hasTarget: href !== undefined, hasImage: false});
  }

  close(name: string): void {
    if (name === 'a') this.hadImage = this.#open.pop()?.hasImage ?? false;
  }

  /** True if the innermost link is within another link. */
  get isNested(): boolean {
    return this.#open.slice(0, -1).some(({hasTarget}) => hasTarget);
  }

  /** A picture stands here; whether it does in a link. */
  takeImage(): boolean {
    for (const link of this.#open) link.hasImage = true;
    return this.#open.some(({hasTarget}) => hasTarget);
  }
}

function withOwnId({id, name: _name, ...attribs}: Attributes): Attributes {
  return id ? {...attribs, id: ID_PREFIX + id} : attribs;
}

function linkAttributes({href, ...attribs}: Attributes, targets: LinkTargets): Attributes {
  if (href === undefined) return attribs;
  if (href.startsWith('#')) return {...attribs, href: `#${ID_PREFIX}${href.slice(1)}`};
  if (isElsewhere(href)) return {...attribs, href, rel: 'nofollow noopener noreferrer'};
  return {...attribs, href: relativeTarget(href, targets.page)};
}

/**
 * A picture of the revision, or in its place a link to what pages do not show: to pictures from elsewhere and to SVG.
 * In a link, which has a target already, its words stand alone.
 */
function imageOf(
  {src = '', alt = '', ...attribs}: Attributes,
  {targets, isInLink}: {targets: LinkTargets; isInLink: boolean},
): sanitizeHtml.Tag {
  const isOutside = isElsewhere(src);
  const words = alt || attribs['title'] || '';
  if (!isOutside && !/\.svgz?(?:[?#]|$)/i.test(src)) {
    // It is all that a link has to say.
    const name = isInLink ? words || fileNameOf(src) : alt;
    return {tagName: 'img', attribs: {...attribs, alt: name, src: relativeTarget(src, targets.image)}};
  }
  const text = words || (isOutside ? 'picture' : fileNameOf(src));
  if (isInLink) return {tagName: 'span', attribs: {}, text};
  return {tagName: 'a', attribs: linkAttributes({href: src}, targets), text};
}

function fileNameOf(src: string): string {
  return decodeHref(/[^/]*$/.exec(src.replace(/[?#].*$/s, ''))![0]) || 'picture';
}

/** With a scheme or a host: what is not allowed of it, the sanitizer takes away. */
function isElsewhere(href: string): boolean {
  return /^\s*(?:[a-z][a-z0-9+.\s-]*:|[\\/]\s*[\\/])/i.test(href);
}

function relativeTarget(href: string, urlOf: (path: string) => string): string {
  const [, path = '', fragment = ''] = /^([^?#]*)[^#]*(#.*)?$/s.exec(href) ?? [];
  return (
    urlOf(decodeHref(path)) +
    (fragment && `#${ID_PREFIX}${encodeURIComponent(decodeHref(fragment.slice(1)))}`)
  );
}

function decodeHref(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A percent sign that is no escape stands for itself.
  }
}

/** The path that a link in the document at `from` means, without `.` and `..`; it never leads out of the tree. */
export function resolvePath(from: string, target: string): string {
  const parts = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
