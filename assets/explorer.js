// What keys do, and ranges of lines. Every page works without this file.

const byId = (id) => document.getElementById(id);

const KEYS = {
  '/': () => {
    const field = byId('query') ?? byId('q');
    // A narrow page has a link to the search in place of the field.
    if (field?.checkVisibility()) field.focus();
    else byId('to-search')?.click();
  },
  t: () => byId('finder') && openFinder(byId('finder').dataset),
  w: () => byId('switch') && openSwitcher(byId('switch').href),
  y: () => byId('permalink') && location.assign(byId('permalink').href + location.search + location.hash),
  '?': () => byId('keys').showModal(),
};

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, select, textarea, dialog');
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});

const showKeys = byId('show-keys');
showKeys.hidden = false;
showKeys.addEventListener('click', KEYS['?']);

byId('switch')?.addEventListener('click', (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  void openSwitcher(event.currentTarget.href);
});

/** Asks for one of `items` ({text, href}): a field, and below it those that fit. */
function choose(label, items) {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-label', label);
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = label;
  input.setAttribute('aria-label', label);
  const list = document.createElement('ul');
  dialog.append(input, list);
  document.body.append(dialog);
  const show = () => {
    const fitting = items.filter(({text}) => fits(text.toLowerCase(), input.value.toLowerCase()));
    list.replaceChildren(...fitting.slice(0, 100).map(itemOf));
  };
  input.addEventListener('input', show);
  dialog.addEventListener('keydown', (event) => moveOn(event, {input, list}));
  dialog.addEventListener('close', () => dialog.remove());
  show();
  dialog.showModal();
  input.focus();
}

function itemOf({text, href}) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = href;
  link.textContent = text;
  item.append(link);
  return item;
}

function moveOn(event, {input, list}) {
  const links = [...list.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (event.key === 'Enter' && at < 0) links[0]?.click();
  else if (event.key === 'ArrowDown') (links[at + 1] ?? links[0])?.focus();
  else if (event.key === 'ArrowUp') (at > 0 ? links[at - 1] : input).focus();
  else return;
  event.preventDefault();
}

/** Whether the letters come in this order, with whatever in between. */
function fits(text, wanted) {
  let at = 0;
  for (const letter of wanted.replaceAll(' ', '')) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

async function openFinder({paths, file}) {
  const answer = await fetch(paths);
  if (!answer.ok) return;
  const all = (await answer.json()).paths;
  choose(
    'Find a file',
    all.map((path) => ({text: path, href: `${file}/${encodePath(path)}`})),
  );
}

async function openSwitcher(href) {
  const tags = href.replace(/\/branches(?=\?|$)/, '/tags');
  const pages = await Promise.all([href, tags].map(async (url) => (await fetch(url)).text()));
  const links = pages.flatMap((page) => [
    ...new DOMParser()
      .parseFromString(page, 'text/html')
      .querySelectorAll('[data-switch] > li > a:first-child'),
  ]);
  choose(
    'Switch branch or tag',
    links.map((link) => ({text: link.textContent, href: link.getAttribute('href')})),
  );
}

/** As the server spells paths in URLs: bytes that are no UTF-8 are characters from U+EF80 on. */
function encodePath(path) {
  return path
    .split('/')
    .map((name) => encodeName(/^~*\.{1,2}$/.test(name) ? `~${name}` : name))
    .join('/');
}

function encodeName(name) {
  return [...name]
    .map((character) => {
      const code = character.codePointAt(0);
      const isByte = code >= 0xef80 && code <= 0xefff;
      return isByte ? `%${(code & 0xff).toString(16).toUpperCase()}` : encodeURIComponent(character);
    })
    .join('');
}

/** `#L10-L20` marks these lines; a click with Shift extends the choice. */
function markLines() {
  for (const line of document.querySelectorAll('.line.chosen')) line.classList.remove('chosen');
  const [, first, last] = /^#L(\d+)(?:-L(\d+))?$/.exec(location.hash) ?? [];
  if (first === undefined) return;
  const [from, to] = [Number(first), Number(last ?? first)].sort((a, b) => a - b);
  for (let at = from; at <= to; at++) {
    const line = byId(`L${at}`);
    if (!line) break;
    line.classList.add('chosen');
  }
  if (last !== undefined) byId(`L${from}`)?.scrollIntoView({block: 'center'});
}

for (const code of document.querySelectorAll('.code')) {
  code.addEventListener('click', (event) => {
    const number = event.target.closest('.line > a')?.textContent;
    const [, first] = /^#L(\d+)/.exec(location.hash) ?? [];
    if (number === undefined || !event.shiftKey || first === undefined) return;
    event.preventDefault();
    location.hash = `#L${first}-L${number}`;
  });
}

addEventListener('hashchange', markLines);
markLines();

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => void copyFrom(button));
}

async function copyFrom(button) {
  const isCopied = await copyText(button.dataset.copy);
  byId('said').textContent = isCopied ? 'Copied' : 'The browser does not allow copying';
  button.classList.toggle('copied', isCopied);
  setTimeout(() => button.classList.remove('copied'), 2000);
}

/** Whether the text is in the clipboard now. Over plain HTTP browsers offer the old way only. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.className = 'away';
    field.value = text;
    document.body.append(field);
    const focused = document.activeElement;
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    focused?.focus();
    return isCopied;
  }
}

/** The part of the window that an on-screen keyboard leaves: dialogs stay above it. */
function followKeyboard() {
  document.documentElement.style.setProperty('--visible', `${visualViewport.height}px`);
}
visualViewport?.addEventListener('resize', followKeyboard);
if (globalThis.visualViewport) followKeyboard();
