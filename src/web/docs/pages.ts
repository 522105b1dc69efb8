/** The pages of the documentation: their text beside this file, and where a relay serves them. */
export const docsPages = [
  { title: 'The contract', source: 'index.md', asset: 'docs-contract.html', path: '/docs/' },
  { title: 'Extensions', source: 'extensions.md', asset: 'docs-extensions.html', path: '/docs/extensions/' },
  { title: 'Python', source: 'python.md', asset: 'docs-python.html', path: '/docs/python/' },
  { title: 'HTTP API', source: 'http.md', asset: 'docs-http.html', path: '/docs/http/' },
  { title: 'Limits', source: 'limits.md', asset: 'docs-limits.html', path: '/docs/limits/' },
] as const;

export type DocsPage = (typeof docsPages)[number];
