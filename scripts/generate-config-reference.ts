// Writes docs/config.md from the settings' schema: `npm run docs`. A unit test fails when the file is stale.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {
  flagOf,
  OWN_KEYS,
  SECRETS,
  SETTING_KEYS,
  SETTINGS,
  type SettingKey,
  variableOf,
} from '../src/config/settings.ts';

export const CONFIG_REFERENCE = join(import.meta.dirname, '..', 'docs', 'config.md');

const HEAD = `# Configuration

<!-- Generated from src/config/settings.ts by \`npm run docs\`. Do not edit. -->

Nothing has to be configured: without a word, the index and the objects are files inside the bare repository.

Settings are Git's own configuration, keys \`ctr.*\`: of the repository, of the user (\`git config --global\`) or of the
system, including conditional includes (\`includeIf\`). Each setting is also an environment variable and a flag of every
command. The first of these that is set wins:

1. the flag: \`--index-url http://127.0.0.1:9200\`
2. the environment: \`CTR_INDEX_URL=http://127.0.0.1:9200\`
3. Git's configuration, where the repository's goes before the user's and that before the system's:
   \`git config ctr.index.url http://127.0.0.1:9200\`
4. the default

\`ctr install\` (and \`ctr init\`) write the flags they are given into the repository's configuration, so that the hook
finds them. Every other command uses its flags for that one run. \`ctr config\` lists every setting, its value and where
that came from; \`ctr config -v\` also says what each is for; \`ctr config <key>\` writes the value alone.

A setting that does not exist, or a value that cannot be, is an error (exit code 2): a typing mistake never becomes
a silent default. Unknown \`CTR_*\` variables are named with \`-v\` and otherwise ignored.
`;

const LISTS = `
Settings that can be given **several times** are several lines in Git's configuration (\`git config --add\`), words
separated by white space in the environment (command lines: one a line), and the flag given several times:
\`ctr install --refs 'refs/heads/*' --refs '!refs/heads/wip/**' site.git\`.

In globs of refs \`*\` does not cross a slash and \`**\` does; a name must match one of the plain globs (any name does if
there is none) and no glob that begins with \`!\`. Sizes are bytes, or a number with \`k\`, \`m\` or \`g\` for powers of 1024.
`;

const CHANGES = `
## Changing settings later

- \`ctr.refs\`, \`ctr.publish\`, credentials: take effect with the next sync.
- Addresses, \`ctr.index.name\` and \`ctr.objects.bucket\`: nothing is synced until \`ctr install\` (or \`ctr reindex\`)
  confirms the new place. The content of the old store stays there until \`ctr prune --old-stores\`: see
  [stores.md](stores.md).
- \`ctr.onSync\`, \`ctr.webhook\`, \`ctr.events.refs\`: take effect with the next sync, for moves from then on. See
  [events.md](events.md).
- \`ctr.history\`, \`ctr.exclude\`, \`ctr.text.maxBytes\`: apply to everything that is indexed from then on. \`ctr status\` says
  that a reindex is due; \`ctr reindex\` builds the whole index again without a gap. See [reindex.md](reindex.md).
- \`ctr.index.shards\`, \`ctr.index.substrings\`: apply to the next index that is built. \`ctr status\` says that a
  reindex is due. \`ctr.index.replicas\` applies to it, too, and can be changed in OpenSearch at any time. See
  [opensearch.md](opensearch.md#size).
- \`ctr.id\` identifies the owner of the index: a copy of a repository needs its own. Unset it in the copy before
  \`ctr install\`.
`;

const DEFAULTS = SETTINGS.parse({});

/** The whole of docs/config.md. */
export function renderConfigReference(): string {
  return `${HEAD}
## Settings

| Setting | Default | Meaning |
|---|---|---|
${SETTING_KEYS.map(rowOf).join('\n')}
${LISTS}
## Secrets

${SECRETS.map((name) => `- \`${name}\``).join('\n')}

Secrets come from the environment, or from a file of lines such as \`CTR_INDEX_PASSWORD=...\`: \`ctr/secrets\` in the
repository, or the one that \`ctr.secretsFile\` names. The environment wins. The hook runs in the environment of the
person who pushes, which has none of them: so it needs the file. \`ctr install --save-secrets\` writes it from the
environment, mode 0600. A file that others can read is refused. Another system user who pushes cannot read
it either; such a push only leaves its note, and is indexed when the owner of the file runs \`ctr sync --all\` from a
timer.

Secrets are never taken from flags or from Git's configuration, and never shown: \`ctr config\` says whether they are set.
${CHANGES}`;
}

function rowOf(key: SettingKey): string {
  const names = [
    `\`${key}\``,
    `\`${variableOf(key)}\``,
    ...(OWN_KEYS.has(key) ? [] : [`\`--${flagOf(key)}\``]),
  ];
  const meaning = SETTINGS.shape[key].description ?? '';
  return `| ${names.join('<br>')} | ${defaultOf(key)} | ${cellOf(meaning)} |`;
}

function defaultOf(key: SettingKey): string {
  const words = [DEFAULTS[key] ?? []].flat();
  return words.length === 0 ? '' : `\`${words.join(' ')}\``;
}

/** Text as a cell of a table shows it. */
function cellOf(text: string): string {
  return text.replace(/[|<]/g, '\\$&');
}

if (import.meta.main) writeFileSync(CONFIG_REFERENCE, renderConfigReference());
