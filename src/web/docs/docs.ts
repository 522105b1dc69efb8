/** Makes tabs of the languages of an example; the language that was chosen last is shown first, on all pages. */

const rememberedAs = 'softlab-relay language';

function remember(language: string): void {
  try {
    localStorage.setItem(rememberedAs, language);
  } catch {
    // A browser that keeps nothing shows the first language again.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(rememberedAs);
  } catch {
    return null;
  }
}

interface Tab {
  readonly language: string;
  readonly button: HTMLButtonElement;
  readonly panel: HTMLElement;
}

function createTab(panel: HTMLElement): Tab {
  const heading = panel.querySelector('h3');
  const button = document.createElement('button');
  button.type = 'button';
  button.id = `${panel.id}-tab`;
  button.textContent = heading?.textContent ?? panel.id;
  button.setAttribute('role', 'tab');
  button.setAttribute('aria-controls', panel.id);
  panel.setAttribute('role', 'tabpanel');
  panel.setAttribute('aria-labelledby', button.id);
  heading?.remove();
  return { language: panel.dataset.language ?? '', button, panel };
}

/** Where the keys lead from a tab, as in every list of tabs. */
function indexAfter(key: string, index: number, count: number): number | undefined {
  if (key === 'ArrowRight') return (index + 1) % count;
  if (key === 'ArrowLeft') return (index + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : undefined;
}

/** Makes the tabs of one example; returns the function that shows a language, or the first where it has none of that. */
function makeTabs(group: HTMLElement, choose: (language: string) => void): (language: string) => void {
  const tabs = [...group.querySelectorAll('section')].map(createTab);
  for (const [index, { button, language }] of tabs.entries()) {
    button.addEventListener('click', () => choose(language));
    button.addEventListener('keydown', (event) => {
      const next = tabs[indexAfter(event.key, index, tabs.length) ?? -1];
      if (next === undefined) return;
      event.preventDefault();
      choose(next.language);
      next.button.focus();
    });
  }
  const list = document.createElement('div');
  list.setAttribute('role', 'tablist');
  list.setAttribute('aria-label', group.dataset.label ?? 'Language');
  list.append(...tabs.map(({ button }) => button));
  group.prepend(list);
  return (language) => {
    const shown = tabs.find((tab) => tab.language === language) ?? tabs[0];
    for (const { button, panel } of tabs) {
      const isShown = panel === shown?.panel;
      panel.hidden = !isShown;
      button.setAttribute('aria-selected', String(isShown));
      button.tabIndex = isShown ? 0 : -1;
    }
  };
}

function main(): void {
  const choose = (language: string) => {
    remember(language);
    for (const show of shows) show(language);
  };
  const shows = [...document.querySelectorAll<HTMLElement>('.languages')].map((group) => makeTabs(group, choose));
  for (const show of shows) show(remembered() ?? '');
}

main();
