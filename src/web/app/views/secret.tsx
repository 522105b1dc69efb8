import { useState } from 'react';

/** Text to take away: shown as it is, with a button that copies it where the browser lets it. */
export function CopyText({ label, text }: { readonly label: string; readonly text: string }) {
  const [said, setSaid] = useState('');
  const copy = () => {
    // Without TLS browsers have no clipboard; the text can be selected all the same.
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    copied.then(
      () => setSaid('copied'),
      () => setSaid('select the text and copy it'),
    );
  };
  return (
    <section className="copy" aria-label={label}>
      <div className="copy-head">
        <h3>{label}</h3>
        <span role="status">{said}</span>
        <button type="button" onClick={copy}>
          Copy
        </button>
      </div>
      <pre>{text}</pre>
    </section>
  );
}
