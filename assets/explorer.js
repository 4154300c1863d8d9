// What keys do, and ranges of lines. Every page works without this file.

const byId = (id) => document.getElementById(id);

const KEYS = {
  '/': () => {
    const field = byId('query') ?? byId('q');
    // A narrow page has a link to the search in place of the field.
    if (field?.checkVisibility()) field.focus();
    else byId('to-search')?.click();
  },
  t: () => byId('finder') && choose('Find a file', byId('finder').href, 'name'),
  w: () => byId('switch') && choose('Switch branch or tag', byId('switch').href, 'filter'),
  y: () => byId('permalink') && location.assign(byId('permalink').href + location.search + location.hash),
  '?': () => byId('keys').showModal(),
};

document.addEventListener('keydown', (event) => {
  const isTyping = event.target.closest('input, select, textarea, dialog[open]');
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
  choose('Switch branch or tag', event.currentTarget.href, 'filter');
});

/** Long enough that a word is asked for once, short enough not to be felt. */
const TYPING_MS = 120;

/**
 * Asks for one of the links of a page: a field, and below it what the page lists (`data-choices`) for the text in it,
 * given as `parameter`. Without this file, that page itself is asked.
 */
function choose(label, href, parameter) {
  const {dialog, input, count, list} = makeChooser(label);
  let latest = new AbortController();
  let answered;
  const ask = (delayMs) => {
    latest.abort();
    latest = new AbortController();
    const url = new URL(href);
    url.searchParams.set(parameter, input.value);
    answered = list.dataset.shown === input.value ? undefined : show({url, delayMs, signal: latest.signal});
  };
  const show = async ({url, delayMs, signal}) => {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (signal.aborted) return;
    const page = await fetchPage(url, signal);
    // An answer that comes late is about a text that is no longer there.
    if (signal.aborted) return;
    const items = page?.querySelectorAll('[data-choices] > li') ?? [];
    list.replaceChildren(...Array.from(items, choiceOf));
    count.textContent = page?.querySelector('[data-count]')?.textContent ?? 'The server does not answer.';
    if (page) list.dataset.shown = url.searchParams.get(parameter);
    else delete list.dataset.shown;
  };
  input.addEventListener('input', () => ask(TYPING_MS));
  const takeFirst = async (act) => {
    // What is listed may be about a text from before.
    ask(0);
    const {signal} = latest;
    await answered;
    const first = list.querySelector('a');
    if (first && !signal.aborted) act(first);
  };
  dialog.addEventListener('keydown', (event) => {
    if (event.target !== input) return moveOn(event, {input, list});
    if (event.key === 'Enter') void takeFirst((link) => link.click());
    else if (event.key === 'ArrowDown') void takeFirst((link) => link.focus());
    else return;
    event.preventDefault();
  });
  dialog.addEventListener('close', () => {
    latest.abort();
    dialog.remove();
  });
  ask(0);
  dialog.showModal();
  input.focus();
}

function makeChooser(label) {
  const dialog = document.createElement('dialog');
  dialog.className = 'chooser';
  dialog.setAttribute('aria-label', label);
  const input = document.createElement('input');
  input.type = 'search';
  input.placeholder = label;
  input.setAttribute('aria-label', label);
  input.autocomplete = 'off';
  input.spellcheck = false;
  const count = document.createElement('p');
  count.setAttribute('role', 'status');
  const list = document.createElement('ul');
  dialog.append(input, count, list);
  document.body.append(dialog);
  return {dialog, input, count, list};
}

/** Undefined where the server refuses, or cannot be reached. */
async function fetchPage(url, signal) {
  try {
    const answer = await fetch(url, {signal});
    if (!answer.ok) return undefined;
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    return undefined;
  }
}

/** The item's first link, and what marks it. */
function choiceOf(item) {
  const choice = document.createElement('li');
  const marks = item.querySelectorAll('.badge');
  choice.append(item.querySelector('a') ?? item.textContent, ...marks);
  return choice;
}

function moveOn(event, {input, list}) {
  const links = [...list.querySelectorAll('a')];
  const at = links.indexOf(document.activeElement);
  if (event.key === 'ArrowDown') (links[at + 1] ?? links[0])?.focus();
  else if (event.key === 'ArrowUp') (at > 0 ? links[at - 1] : input).focus();
  else {
    // A person who goes on typing means the field.
    if (at >= 0 && (event.key.length === 1 || event.key === 'Backspace') && !event.ctrlKey && !event.metaKey)
      input.focus();
    return;
  }
  event.preventDefault();
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

// Where the tabs have no room, the current one is in sight.
document.querySelector('.tabs [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'center'});

/** The part of the window that an on-screen keyboard leaves: dialogs stay above it. */
function followKeyboard() {
  document.documentElement.style.setProperty('--visible', `${visualViewport.height}px`);
}
visualViewport?.addEventListener('resize', followKeyboard);
if (globalThis.visualViewport) followKeyboard();
