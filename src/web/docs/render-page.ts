import { Marked } from 'marked';
import { languages } from './languages.ts';
import { type DocsPage, docsPages } from './pages.ts';

export interface RenderPorts {
  /** The text of an example, `python/worker.py`. */
  readonly readExample: (name: string) => string;
  /** The text of relay_client.py. */
  readonly readPythonClient: () => string;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function code(text: string): string {
  return `<pre tabindex="0"><code>${escapeHtml(text.trimEnd())}\n</code></pre>`;
}

/** Without a script the languages stand one below the other; docs.ts makes tabs of them. */
function renderExamples(role: 'commander' | 'worker', { readExample }: RenderPorts): string {
  const sections = languages.map(({ name, folder, [role]: file }) => {
    const id = `${role}-${folder}`;
    const heading = `<h3 id="${id}-heading">${escapeHtml(name)}</h3>`;
    return `<section id="${id}" data-language="${folder}">${heading}${code(readExample(`${folder}/${file}`))}</section>`;
  });
  return `<div class="languages" data-label="Language of the ${role}">${sections.join('\n')}</div>`;
}

/** What relay_client.py says of itself at its top, or of one of its classes. */
function renderDocstring(of: string, { readPythonClient }: RenderPorts): string {
  const start = of === 'module' ? '^' : `^class ${of}(?:\\(.*\\))?:\\n    `;
  const found = new RegExp(`${start}"""([\\s\\S]*?)"""`, of === 'module' ? '' : 'm').exec(readPythonClient());
  if (found?.[1] === undefined) throw new Error(`relay_client.py has no ${of} with a docstring`);
  // Inside a class it is indented; its lines are sentences, which may break where the page ends.
  const text = of === 'module' ? found[1] : found[1].replaceAll(/^ {4}/gm, '');
  return code(text).replace('<pre', '<pre class="sentences"');
}

/** A line `@NAME ARGUMENT` in the text stands for something that is not written there. */
function renderDirective(name: string, argument: string, ports: RenderPorts): string {
  if (name === 'examples' && (argument === 'commander' || argument === 'worker'))
    return renderExamples(argument, ports);
  if (name === 'example') return code(ports.readExample(argument));
  if (name === 'docstring') return renderDocstring(argument, ports);
  // The relay that serves the page writes its own values there.
  if (name === 'limits' && (argument === 'user' || argument === 'server')) return `<!--limits:${argument}-->`;
  throw new Error(`the documentation has a line "@${name} ${argument}", which nobody knows`);
}

function renderMarkdown(text: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text: title }) {
        const id = title
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, '-')
          .replaceAll(/^-|-$/g, '');
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      code: ({ text: source }) => code(source),
    },
  });
  const html = marked.parse(text, { async: false });
  return html
    .replaceAll('<table>', '<div class="scroll" role="region" aria-label="Table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
}

function renderBody(markdown: string, ports: RenderPorts): string {
  // The pattern has two groups, so that each third part is text.
  const parts = markdown.split(/^@(\w+) (.+)$/m);
  const html: string[] = [];
  for (let index = 0; index < parts.length; index += 3) {
    html.push(renderMarkdown(parts[index] ?? ''));
    const [name, argument] = [parts[index + 1], parts[index + 2]];
    if (name !== undefined && argument !== undefined) html.push(renderDirective(name, argument, ports));
  }
  return html.join('\n');
}

/** A whole page of the documentation. */
export function renderPage(page: DocsPage, markdown: string, ports: RenderPorts): string {
  const links = docsPages.map(({ title, path }) => {
    const current = path === page.path ? ' aria-current="page"' : '';
    return `<li><a href="${path}"${current}>${title}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · softlab-relay</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/docs-style.css">
<script src="/assets/docs.js" defer></script>
</head>
<body>
<header>
<a class="skip" href="#content">Skip to the text</a>
<span class="brand">softlab-relay</span>
<nav aria-label="Documentation"><ul>${links.join('')}<li><a href="/">Dashboard</a></li></ul></nav>
</header>
<main id="content">
${renderBody(markdown, ports)}
</main>
</body>
</html>
`;
}
