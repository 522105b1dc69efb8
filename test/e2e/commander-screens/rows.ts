/**
 * What the commander is to show (UX "The commander"), row by row in its words, and the pictures that show it. Every row names what
 * in the picture is meant, so that a picture that lost it does not pass by being looked at again.
 */

export interface UxRow {
  readonly says: string;
  /** Picture → what in it is the row. */
  readonly shownIn: Readonly<Record<string, RegExp>>;
}

function row(says: string, shownIn: UxRow['shownIn']): UxRow {
  return { says, shownIn };
}

const layouts: readonly UxRow[] = [
  row('At 120 by 36: devices 30 columns, log flexible, the detail of a message halves the log', {
    day: /^╭ 1 Devices 7 › ─{13}╮╭ 2 Messages ─+ 3 ╮$/m,
    detail: /^│ {28}│╭ Message .*─╮$/m,
  }),
  row('header: program, profile, state, address, round trip, devices, rates, reading, errors', {
    fates: /softlab-relay {3}\S+ ● ws:\S+ ##ms {3}devices 3\/7 {3}in #\/s out #\/s {3}▶ FOLLOW {3}3 errors \(e\)/,
  }),
  row('footer of the lists', { day: /^ \? help {2}\/ filter {2}Tab pane {2}i compose .*: palette {2}q quit$/m }),
  row('At 80 by 24 one pane and a strip', {
    'devices-80x24': /^\[1 Devices 7\] {2}2 Messages 13$/m,
    'messages-80x24': /^ 1 Devices 7 {2}\[2 Messages 13\]$/m,
  }),
  row('the composer is one line that grows to five', { 'composer-80x24': /╭ 3 Compose.*╮\n(│.*│\n){5}╰/ }),
  row('one pane down to 40 by 12', {
    'devices-40x12': /^40x12;/,
    'messages-40x12': /^40x12;/,
    'too-small': /Needs 40x12 or more/,
  }),
];

const devices: readonly UxRow[] = [
  row('presence live', { day: /● gate-7[\s\S]*○ lamp-4/, fates: /○ robot-9/ }),
  row('last seen', { day: /○ lamp-4 +## ago/ }),
  row('waiting messages (⧗)', { day: /○ pump-2 +⧗2/ }),
  row('mark several as targets', { marks: /2 \* ╮/, 'send-to-several': /Send to 2 devices/ }),
  row('/ filter', { marks: /╰ \/pump ─/ }),
  row('sort', { sorted: /Devices sorted: most waiting|most waiting/ }),
  row('add a device here: token, this relay’s address, a worker to paste', {
    'name-of-device': /› pump-3/,
    'new-device': /Address +ws:\/\/127\.0\.0\.1:#####\/ws\/connect\/[\s\S]*rly_device_#+_#+[\s\S]*import json/,
  }),
];

const messages: readonly UxRow[] = [
  row('follow', { day: /▶ FOLLOW/ }),
  row('pause freezes what is seen', { paused: /⏸ PAUSED \+2 new/ }),
  row('filter (one language: text, from=, field=value)', {
    'filter-language': /text +from=ID +field=value +-not/,
    filtered: /\/from=sensor-\* temp=2\*/,
  }),
  row('n and N through matches', {
    'next-match': /› ##:##:##\.### ← sensor-001 {2}\{"type":"temp\.report","temp":21\.4/,
  }),
  row('date lines past midnight', { midnight: /─── ####-##-## ─/ }),
  row('detail with pretty JSON and the difference to the previous one of that sender', {
    detail: /"hot": null[\s\S]*by/,
  }),
  row('copy (OSC 52: "sent to the terminal")', { copied: /Copied: sent to the terminal/ }),
  row('save', { saved: /4 messages saved in \/home\/#\/relay-messages-\S+\.ndjson/ }),
  row('sent ones change state in place: queued', { fates: /"rinse"\} +⧗ queued/ }),
  row('delivered', { fates: /"y":5\} +delivered/ }),
  row('replied (with ms)', { fates: /"open"\} +replied ## ms/ }),
  row('a reply that reports a failure', { fates: /"jam"\} +replied: error ## ms/ }),
  row('expired', { fates: /"_ttl":1\} +expired/ }),
  row('cancelled', { cancelled: /"fill"\} +cancelled/ }),
  row('unconfirmed', { fates: /"lift"\} +unconfirmed/ }),
  row('refused (why)', { fates: /"stop"\} +refused queue_full/ }),
  row('With the room tap on, the room’s traffic too', { tap: /TAP[\s\S]*↔ sensor-001 → pump-2 .*queue_full/ }),
  row('w wrap', { wrapped: /goes on\. a[\s\S]*\n.*│ {2,}[\w ,.]+ │/ }),
  row('t time', { wrapped: /\+#\.###s/ }),
  row('z zoom', { zoomed: /^╭ 2 Messages › ─{100}/m }),
];

const composer: readonly UxRow[] = [
  row('what is typed goes to the marked devices', { marks: /3 Compose › → gate-7 ● hidden, pump-2 ○/ }),
  row('or to those named at its start', { history: /3 Compose › → gate-7 ●/ }),
  row('Tab completes', { completion: /@pump-1/ }),
  row('with no mark and no name nothing is addressed', {
    'nobody-addressed': /3 Compose › → nobody[\s\S]*Nobody is addressed, nothing was sent/,
  }),
  row('Its title lists every target with its state, hidden ones too', { marks: /gate-7 ● hidden/ }),
  row('more than one asks before it sends', {
    'send-to-several': /Send to 2 devices\?[\s\S]*y send {2}Esc do not send/,
  }),
  row('marks clear after sending', { fates: /3 Compose → nobody/ }),
  row('Fields as in relay send', { fields: /cmd=move x:=10/, 'fields-as-json': /\{"cmd":"move","x":10,"y":5\}/ }),
  row('JSON checked as you type with the column of the mistake', { mistake: /JSON ✗ col \d+/, marks: /JSON ✓/ }),
  row('history', { history: /│ @gate-7 \{"cmd":"open"\} +│/ }),
  row('$EDITOR', { editor: /│ @gate-7 \{"cmd":"written outside"\} +│/ }),
  row('multi-line paste', { marks: /│ \{"cmd":"stop", +│\n│ "hard":true\} +│/ }),
  row('snippets with variables', {
    snippets: /› open +@gate-7 [^\n]*seconds/,
    'snippet-value': /The value of seconds/,
    'snippet-filled': /│ @gate-7 \{"cmd":"open","seconds":5\} +│/,
  }),
  row('r on a sent message puts it into the composer', { repeated: /│ @pump-1 \{"cmd":"fill"\} +│/ }),
  row('Enter while disconnected refuses', { 'not-connected': /Not connected: nothing was sent/ }),
];

const around: readonly UxRow[] = [
  row('? help', { help: /╭ Keys ─/ }),
  row(': palette', { palette: /╭ Commands ─/ }),
  row('e errors', { errors: /╭ What went wrong ─[\s\S]*queue_full/ }),
  row('a queue view (look, cancel, purge)', {
    'device-sheet': /Waiting for it: 2/,
    'cancel-queued': /Cancel message \d+ to pump-2 at/,
    purge: /Cancel the one message that waits for pump-2/,
    purged: /Nothing waits for it/,
  }),
  row('remove a device and rotate its token, asked first (the table of commands)', {
    'keep-old-token': /The old token of pump-2 goes on for/,
    'new-token': /y make it {2}Esc keep the old one/,
    'remove-device': /pump-2[\s\S]*Esc give up/,
  }),
  row('profiles switched inside', { profiles: /› prod +wss:\/\/prod\.example[\s\S]*workshop/ }),
  row('Mouse only if switched on', { mouse: /mouse vt200[\s\S]*› ○ lamp-4/, day: /mouse none/ }),
  row('NO_COLOR', { 'no-color': /\nlooks\n*$/ }),
  row('--ascii (the Linux console)', { ascii: /^[\x20-\x7e\n]*$/ }),
  row('--plain (no alternate screen)', { plain: /main screen[\s\S]*gate-7: \{"_re"/ }),
  row('narrow and wide characters right', { detail: /温度/, hostile: /"wide":"温度 한글 ｆｕｌｌ e\u0301"\} +│$/m }),
  row('resize without a flaw', { 'messages-80x24': /^80x24;/, 'messages-40x12': /^40x12;/ }),
  row('reconnecting shown with its countdown, the log kept', {
    'not-connected': /not connected, again in #s[\s\S]*"fill"\} +⧗ queued/,
    'back-again': /● ws:[\s\S]*"fill"\} +⧗ queued/,
  }),
  row('taken over by another: who, when, and no fight', {
    'taken-over': /○ taken over[\s\S]*from 127\.0\.0\.1 at ####-##-##/,
  }),
  row('q while the relay runs inside and others are connected asks: keep it running, stop, cancel', {
    'quit-with-others': /1 connected to it would lose it[\s\S]*k keep it running {2}s stop it and quit {2}Esc stay/,
  }),
  row('What a device sends is not trusted: shown, not obeyed', {
    hostile: /title ""[\s\S]*\\u001bc\\u001b\[2J[\s\S]*\\u202egnp/,
    'hostile-detail': /title ""[\s\S]*"reset": "\\u001bc/,
    'hostile-long': /\.\.\.|…|more/,
    'hostile-numbers': /12345678901234567890[\s\S]*1e-400[\s\S]*1e400[\s\S]*-0[\s\S]*1\.10/,
  }),
  row('a key that is refused: said, and another one entered inside', {
    'key-refused': /○ key refused[\s\S]*not valid here.* {3}K another key/,
    'key-refused-40x12': /○ key refused[\s\S]*K another key/,
    'another-key': /Another key for[\s\S]*› Master key +•{16}[\s\S]*not valid here/,
  }),
  row('one relay more, from inside', {
    'add-relay': /Add a relay[\s\S]*› Save as/,
    connecting: /Connecting to ws:[\s\S]*Esc give up/,
  }),
  row('With no profile a first-run screen', {
    'first-run': /› Start one on this machine/,
    'connect-form': /Master key/,
    'first-answer': /→ simulated_mouse .*replied ## ms/,
  }),
];

export const uxRows: readonly UxRow[] = [...layouts, ...devices, ...messages, ...composer, ...around];
