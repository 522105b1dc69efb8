import type { LogEntry } from '../model/log-entry.ts';
import { formatMoment } from '../model/moments.ts';
import { visibleText } from '../model/visible-text.ts';
import { useDashboard, useDashboardState } from './context.ts';

/** Longer payloads are cut in the list; the whole one is in the page's memory only. */
const shownLengthMax = 4000;

function Entry({ entry }: { readonly entry: LogEntry }) {
  const { direction, peer, text, timeMs, outcome } = entry;
  const isCut = text.length > shownLengthMax;
  return (
    <li className={direction}>
      <p>
        <time>{formatMoment(new Date(timeMs).toISOString())}</time> {direction === 'in' ? 'from' : 'to'}{' '}
        <bdi>{visibleText(peer)}</bdi>
        {outcome !== undefined && <strong className="outcome">{visibleText(outcome)}</strong>}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long payload scrolls, which must be possible by keys */}
      <pre tabIndex={0}>
        {visibleText(text.slice(0, shownLengthMax))}
        {isCut && `\n… ${text.length - shownLengthMax} more characters`}
      </pre>
    </li>
  );
}

/** What this session sent and got, the newest first. */
export function Log() {
  const { dispatch } = useDashboard();
  const { log, connection } = useDashboardState();
  return (
    <section className="panel" aria-labelledby="log-title">
      <div className="panel-head">
        <h2 id="log-title">Messages</h2>
        <button type="button" disabled={log.length === 0} onClick={() => dispatch({ type: 'log-cleared' })}>
          Clear
        </button>
      </div>
      {log.length === 0 && (
        <p>
          {connection.phase === 'authenticated'
            ? `What others send to ${connection.clientId}, and what is sent here, appears here.`
            : 'Nothing yet.'}
        </p>
      )}
      <div role="log" aria-label="Messages">
        <ol className="log">
          {log.toReversed().map((entry) => (
            <Entry key={entry.number} entry={entry} />
          ))}
        </ol>
      </div>
    </section>
  );
}
