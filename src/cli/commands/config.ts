import {openWorkspace} from '../../app/workspace/open-workspace.ts';
import {SECRETS, SETTING_KEYS, SETTINGS, type SettingKey, type Settings} from '../../config/settings.ts';
import {labelOf, listHandlers} from '../../events/handler.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Call, verb} from './define-command.ts';

export const register = verb('config [key]', 'list every setting, its value, and where that came from').run(
  async ({context, common, output}: Call, key: string | undefined) => {
    const {config} = await openWorkspace(context, common);
    const rows = [
      ...SETTING_KEYS.map((name) => ({
        key: name as string,
        value: shownSetting(name, config.settings),
        source: config.sources.get(name) ?? 'default',
        description: SETTINGS.shape[name].description ?? '',
      })),
      ...SECRETS.map((name) => ({
        key: name as string,
        // Whether it is there, never what it is.
        value: config.secrets[name] === undefined ? null : '(set)',
        source: context.env[name] ? 'environment' : config.secrets[name] ? 'secrets file' : 'default',
        description: 'Secret: from the environment or ctr.secretsFile only.',
      })),
    ];
    const wanted =
      key === undefined ? rows : rows.filter((row) => row.key.toLowerCase() === key.toLowerCase());
    if (wanted.length === 0) throw unknownSetting(key!);
    if (output.isJson) return output.json({settings: wanted});
    // Alone: one of several values a line.
    if (key !== undefined) return output.line(shown(wanted[0]!.value, '\n'));
    for (const row of wanted) {
      output.line(`${row.key} = ${shown(row.value)}  [${row.source}]`);
      if (common.verbose) output.line(`    ${row.description}`);
    }
  },
);

/** Addresses that are called often hold a key: they show as everywhere else. */
function shownSetting(key: SettingKey, settings: Settings) {
  if (key !== 'ctr.webhook') return settings[key] ?? null;
  return listHandlers({scripts: [], webhooks: settings[key]}).map(labelOf);
}

function shown(value: string | number | boolean | readonly string[] | null, separator = ' '): string {
  return value === null ? '' : [value].flat().join(separator);
}

function unknownSetting(key: string): CtrError {
  const near = SETTING_KEYS.filter((name: SettingKey) => name.includes(key.split('.').at(-1)!));
  return new CtrError('CONFIG', `there is no setting ${key}`, {
    hint: near.length > 0 ? `Is it meant to be ${near.join(' or ')}?` : '`ctr config` lists them all.',
  });
}
