/** Where a scanner's report keeps what: byte places, report id included where the device uses ids. */
export interface HidPosLayout {
  /** The report's id, or nothing when the device uses none. */
  reportId?: number;
  lengthAt: number;
  /** Three bytes `]`, letter, modifier; nothing when the make sends none. */
  aimAt?: number;
  dataAt: number;
  /** Bytes of content in one report at most. */
  dataMax: number;
  /** The byte that is not 0 when another report goes on; `last` where descriptors are not known. */
  continuedAt: number | 'last';
}

const PAGE_BAR_CODE = 0x8c;
const PAGE_GENERIC_DESKTOP = 0x01;
const USAGE_BYTE_COUNT = 0x3b;
const USAGE_SYMBOLOGY_1 = 0xfb;
const USAGE_DATA = 0xfe;
const USAGE_CONTINUED = 0xff;
const DESCRIPTOR_BYTES_MAX = 4096;
const USAGES_MAX = 64;
const LONG_ITEM = 0xfe;
const TAG = {
  usagePage: 0x04,
  reportSize: 0x74,
  reportId: 0x84,
  reportCount: 0x94,
  push: 0xa4,
  pop: 0xb4,
  usage: 0x08,
  input: 0x80,
  output: 0x90,
  feature: 0xb0,
  collection: 0xa0,
  endCollection: 0xc0,
} as const;

/** One field of an input report: its usage and where its bits are. */
interface Field {
  page: number;
  usage: number;
  reportId: number;
  bitOffset: number;
  bits: number;
  count: number;
}

/**
 * Finds a HID-POS scanner's layout in its report descriptor, whatever the make.
 *
 * @returns nothing when the descriptor is no scanner's or is damaged.
 * @see Device Class Definition for HID 1.11, §6.2.2; HID Point of Sale Usage Tables 1.02, §4.
 */
export function layoutFromDescriptor(descriptor: Uint8Array): HidPosLayout | undefined {
  const { fields, usesIds } = inputFields(descriptor);
  const data = fields.find((field) => field.page === PAGE_BAR_CODE && field.usage === USAGE_DATA);
  if (!data || data.bitOffset % 8 !== 0 || data.bits !== 8) {
    return undefined;
  }
  const inReport = (page: number, usage: number) =>
    fields.find(
      (field) => field.page === page && field.usage === usage && field.reportId === data.reportId,
    );
  const place = (field: Field) => (field.bitOffset >> 3) + (usesIds ? 1 : 0);
  const length = inReport(PAGE_GENERIC_DESKTOP, USAGE_BYTE_COUNT);
  const aim = inReport(PAGE_BAR_CODE, USAGE_SYMBOLOGY_1);
  const continued = inReport(PAGE_BAR_CODE, USAGE_CONTINUED);
  if (!length) {
    return undefined;
  }
  return {
    ...(usesIds ? { reportId: data.reportId } : {}),
    lengthAt: place(length),
    ...(aim ? { aimAt: place(aim) } : {}),
    dataAt: place(data),
    dataMax: data.count,
    continuedAt: continued ? place(continued) : 'last',
  };
}

interface Globals {
  page: number;
  bits: number;
  count: number;
  reportId: number;
}

/** One item of a descriptor: its tag with type, and its value. */
interface Item {
  tag: number;
  value: number;
  size: number;
}

/** The items in order; what is cut off at the end counts as 0. */
function* items(descriptor: Uint8Array): Generator<Item> {
  let at = 0;
  while (at < Math.min(descriptor.length, DESCRIPTOR_BYTES_MAX)) {
    const head = descriptor[at] as number;
    if (head === LONG_ITEM) {
      at += 3 + (descriptor[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][head & 3] as number;
    let value = 0;
    for (let index = size; index > 0; index--) {
      value = value * 256 + (descriptor[at + index] ?? 0);
    }
    at += 1 + size;
    yield { tag: head & 0xfc, value, size };
  }
}

/** Walks the items and notes every input field. */
function inputFields(descriptor: Uint8Array): { fields: Field[]; usesIds: boolean } {
  const fields: Field[] = [];
  const offsets = new Map<number, number>();
  const stack: Globals[] = [];
  let globals: Globals = { page: 0, bits: 0, count: 0, reportId: 0 };
  let usesIds = false;
  let usages: number[] = [];
  for (const { tag, value, size } of items(descriptor)) {
    switch (tag) {
      case TAG.usagePage:
        globals = { ...globals, page: value };
        break;
      case TAG.reportSize:
        globals = { ...globals, bits: value };
        break;
      case TAG.reportCount:
        globals = { ...globals, count: value };
        break;
      case TAG.reportId:
        globals = { ...globals, reportId: value };
        usesIds = true;
        break;
      case TAG.push:
        stack.push(globals);
        break;
      case TAG.pop:
        globals = stack.pop() ?? globals;
        break;
      case TAG.usage:
        // Four bytes hold the page as well; a scanner's are its own page's.
        if (usages.length < USAGES_MAX) {
          usages.push(size === 4 ? value % 65_536 : value);
        }
        break;
      case TAG.input:
        addFields(fields, offsets, globals, usages);
        usages = [];
        break;
      case TAG.output:
      case TAG.feature:
      case TAG.collection:
      case TAG.endCollection:
        usages = [];
        break;
    }
  }
  return { fields, usesIds };
}

/** An input item: one field a usage, the last usage taking the rest of the count. */
function addFields(
  fields: Field[],
  offsets: Map<number, number>,
  globals: Globals,
  usages: readonly number[],
): void {
  const { page, bits, reportId } = globals;
  let left = globals.count;
  let bitOffset = offsets.get(reportId) ?? 0;
  offsets.set(reportId, bitOffset + bits * globals.count);
  for (const [index, usage] of usages.entries()) {
    if (left > 0) {
      const count = index === usages.length - 1 ? left : 1;
      fields.push({ page, usage, reportId, bitOffset, bits, count });
      bitOffset += bits * count;
      left -= count;
    }
  }
}
