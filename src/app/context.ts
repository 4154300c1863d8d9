import type {Writable} from 'node:stream';
import type {SettingKey} from '../config/settings.ts';

/** The world as a command sees it: everything that a test may want to choose. */
export interface AppContext {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** True if stdout, or stderr, is a terminal. */
  readonly isTerminal: {readonly stdout: boolean; readonly stderr: boolean};
  readonly now: () => Date;
}

/** The options that every command has. */
export interface CommonOptions {
  readonly repo?: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Settings given as flags. */
  readonly flags: ReadonlyMap<SettingKey, readonly string[]>;
}
