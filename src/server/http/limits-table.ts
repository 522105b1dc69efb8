import {
  formatLimit,
  isServerLimitName,
  isUserLimitName,
  type ServerLimits,
  serverLimitDefinitions,
  type UserLimits,
  userLimitDefinitions,
} from '../../protocol/limits.ts';

/** The limits that apply to every user who has none of its own, as a table of HTML. */
export function renderUserLimits(limits: UserLimits): string {
  const names = Object.keys(userLimitDefinitions).filter(isUserLimitName);
  return table(names.map((name) => [name, userLimitDefinitions[name].about, formatLimit(name, limits[name])]));
}

/** The limits of the whole relay, as a table of HTML. */
export function renderServerLimits(limits: ServerLimits): string {
  const names = Object.keys(serverLimitDefinitions).filter(isServerLimitName);
  return table(names.map((name) => [name, serverLimitDefinitions[name].about, formatLimit(name, limits[name])]));
}

/** Names, words and values are the relay's own: none of them needs escaping. */
function table(limits: readonly (readonly [name: string, about: string, value: string])[]): string {
  const rows = limits.map(
    ([name, about, value]) => `<tr><th scope="row"><code>${name}</code></th><td>${about}</td><td>${value}</td></tr>`,
  );
  const head = '<tr><th scope="col">limit</th><th scope="col">of what</th><th scope="col">value here</th></tr>';
  const body = `<table><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
  return `<div class="scroll" role="region" aria-label="Limits" tabindex="0">${body}</div>`;
}
