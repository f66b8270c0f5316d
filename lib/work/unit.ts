/** Names of the units of analyses: on the wire, in the ledger, in the store. What an analysis is stands in lib/analysis/requests. */

export type UnitKey = `${string}/${number}`;

export const unitKey = (analysis: string, unit: number): UnitKey => `${analysis}/${unit}`;

const KEY = /^([0-9a-f]{32})\/(0|[1-9]\d{0,5})$/;

export function unitOfKey(key: string): { readonly analysis: string; readonly unit: number } | null {
  const match = KEY.exec(key);
  return match && { analysis: match[1]!, unit: Number(match[2]) };
}
