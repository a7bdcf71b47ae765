export function reasonAgainst(_file: string, _title: string): string | undefined { return undefined; }
export function differenceOf(_file: string, _title: string): string | undefined { return undefined; }
