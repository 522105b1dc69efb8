import { Box, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { type ReactElement, useEffect, useSyncExternalStore } from 'react';
import { isTooSmall, type Layout, layoutOf, smallestSize } from './state/layout.ts';
import type { CommanderState } from './state/state.ts';
import type { Store } from './store.ts';
import { readStrokes } from './strokes.ts';
import type { Look } from './text/look.ts';
import { composeRow, span } from './text/spans.ts';
import { ComposerPane } from './views/composer-pane.tsx';
import { DetailPane } from './views/detail-pane.tsx';
import { DevicesPane } from './views/devices-pane.tsx';
import { FirstRun } from './views/first-run.tsx';
import { Footer } from './views/footer.tsx';
import { Row } from './views/frame.tsx';
import { Header } from './views/header.tsx';
import { MessagesPane } from './views/messages-pane.tsx';
import { OverlayPane } from './views/overlay.tsx';
import { Strip } from './views/strip.tsx';

interface PartProps {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: Layout;
}

function Lists({ state, look, layout }: PartProps): ReactElement {
  const { devices, messages, detail } = layout;
  return (
    <Box>
      {devices && <DevicesPane state={state} look={look} layout={devices} />}
      <Box flexDirection="column">
        {messages && <MessagesPane state={state} look={look} layout={messages} />}
        {detail && <DetailPane state={state} look={look} layout={detail} />}
      </Box>
    </Box>
  );
}

function MainScreen({ state, look, layout }: PartProps): ReactElement {
  const { overlay } = state;
  const composerHeight = layout.composer.rows + (layout.composer.isFramed ? 2 : 1);
  const composerRow = layout.rows - layout.footerRows - composerHeight;
  return (
    <Box flexDirection="column">
      <Header state={state} look={look} />
      {layout.hasStrip && <Strip state={state} look={look} layout={layout} />}
      {overlay === undefined ? (
        <Lists state={state} look={look} layout={layout} />
      ) : (
        <OverlayPane state={state} overlay={overlay} look={look} layout={layout} />
      )}
      <ComposerPane state={state} look={look} layout={layout} screenRow={composerRow} />
      <Footer state={state} look={look} layout={layout} />
    </Box>
  );
}

/** The whole screen as a function of the state. */
export function Screen({ state, look }: { readonly state: CommanderState; readonly look: Look }): ReactElement {
  if (isTooSmall(state.size)) {
    const words = `Needs ${smallestSize.columns}x${smallestSize.rows} or more.`;
    return <Row text={composeRow(look, state.size.columns, [span(words, 'warn')])} />;
  }
  if (state.screen.name !== 'main') return <FirstRun state={state} look={look} />;
  return <MainScreen state={state} look={look} layout={layoutOf(state)} />;
}

export interface AppProps {
  readonly store: Store;
  readonly look: Look;
  /** Takes what gives the terminal away for a while and gets it back. */
  readonly onSuspender: (suspend: (during: () => Promise<void>) => Promise<void>) => void;
}

export function App({ store, look, onSuspender }: AppProps): ReactElement {
  useSyncExternalStore(store.subscribe, () => store.version);
  const { suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  useEffect(() => onSuspender(suspendTerminal), [onSuspender, suspendTerminal]);
  useEffect(() => store.dispatch({ type: 'resized', size: { columns, rows } }), [store, columns, rows]);
  useInput((input, key) => store.dispatch({ type: 'strokes', strokes: readStrokes(input, key) }));
  usePaste((text) => store.dispatch({ type: 'pasted', text }));
  return <Screen state={store.state} look={look} />;
}
