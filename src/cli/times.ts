/** Times for people: `2026-11-24 08:15`, in this machine's time zone; a dash where there is none. */
export function formatTime(iso: string | null): string {
  if (iso === null) return '–';
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

const steps = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'm', ms: 60_000 },
  { unit: 's', ms: 1000 },
] as const;

/** How long ago that was, in its largest unit: `3m ago`. */
export function sinceWhen(iso: string | null, nowMs = Date.now()): string {
  if (iso === null) return 'never';
  const elapsedMs = nowMs - Date.parse(iso);
  const step = steps.find(({ ms }) => elapsedMs >= ms);
  return step === undefined ? 'just now' : `${Math.floor(elapsedMs / step.ms)}${step.unit} ago`;
}
