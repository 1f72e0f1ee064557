import { grouped } from "../country/wording.ts";

const bitsPerGiB = 2 ** 33;

/** Seconds that so many GiB take over a line of so many Gbit/s. */
export function transferSeconds(gib: number, gbps: number): number {
  return Math.ceil((gib * bitsPerGiB) / (gbps * 1e9));
}

/** GiB as a reader takes them in: `0.4 GiB`, `16.8 GiB`, `1,230 GiB`. */
export function gibText(gib: number): string {
  return `${gib < 100 ? String(Number(gib.toFixed(1))) : grouped(Math.round(gib))} GiB`;
}

/** A span of time in the units that fit it: `45 s`, `12 min`, `3 h 20 min`. */
export function spanText(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return `${grouped(Math.floor(minutes / 60))} h${rest === 0 ? "" : ` ${rest} min`}`;
}

/** An amount of money: `USD 1,234.56`. */
export function moneyText(amount: number, currency: string): string {
  const [whole, cents] = amount.toFixed(2).split(".");
  return `${currency} ${grouped(Number(whole))}.${cents}`;
}
