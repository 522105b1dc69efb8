function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A moment of today as a time, any other with its date, in the reader's own zone: `12:03:11`, `2026-11-24 12:03:11`. */
export function formatMoment(iso: string, now: Date = new Date()): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(twoDigits).join(':');
  const date = [moment.getFullYear(), twoDigits(moment.getMonth() + 1), twoDigits(moment.getDate())].join('-');
  return moment.toDateString() === now.toDateString() ? time : `${date} ${time}`;
}
