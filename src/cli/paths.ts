import envPaths from 'env-paths';

const appName = 'softlab-relay';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where profiles are kept: RELAY_CONFIG_DIR, or the platform's own place for configuration. */
export function configDir(env: Environment): string {
  return env.RELAY_CONFIG_DIR || envPaths(appName, { suffix: '' }).config;
}

/** Where `relay serve` keeps its data unless told otherwise: the platform's own place for it. */
export function defaultDataDir(): string {
  return envPaths(appName, { suffix: '' }).data;
}
