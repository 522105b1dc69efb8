/** What a client may ask for beyond the published contract (PROTOCOL B). */
export const extensionNames = ['receipts', 'ttl', 'age', 'acks', 'presence', 'from', 'ephemeral', 'tap'] as const;
export type ExtensionName = (typeof extensionNames)[number];

/** Which extensions a session has. */
export type Extensions = Readonly<Record<ExtensionName, boolean>>;

/** Extensions that need a master key: a device's id is not for one connection, and its token does not see the room. */
const masterOnly: readonly ExtensionName[] = ['ephemeral', 'tap'];

export function isExtensionName(name: string): name is ExtensionName {
  return extensionNames.some((known) => known === name);
}

/** Those of the extensions asked for that a session gets, in the order asked, each once. */
export function grantExtensions(asked: readonly string[], isDevice: boolean): ExtensionName[] {
  const known = asked.filter(isExtensionName).filter((name) => !isDevice || !masterOnly.includes(name));
  return [...new Set(known)];
}

export function toExtensions(granted: readonly ExtensionName[]): Extensions {
  const entries = extensionNames.map((name) => [name, granted.includes(name)]);
  return Object.fromEntries(entries) as Record<ExtensionName, boolean>;
}

/** What a session has that asked for nothing: the published contract. */
export const noExtensions: Extensions = Object.freeze(toExtensions([]));
