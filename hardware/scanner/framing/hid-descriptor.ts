/** The layout of a scanner's report, in byte offsets that include the report id where there is one. */
export interface HidPosLayout {
  /** The report's id, where the device uses ids. */
  reportId?: number | undefined;
  lengthAt: number;
  /** Three bytes `]`, letter, modifier, where the make sends them. */
  aimAt?: number | undefined;
  dataAt: number;
  /** Most bytes of content in one report. */
  dataMax: number;
  /** The byte that is not 0 if the code continues in the next report; `last` without a descriptor. */
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

/** One field of an input report: its usage and its bits. */
interface Field {
  page: number;
  usage: number;
  reportId: number;
  bitOffset: number;
  bits: number;
  count: number;
}

/**
 * Derives a HID-POS scanner's layout from its report descriptor, for any make.
 *
 * @returns nothing for a damaged descriptor or another device's.
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
    reportId: usesIds ? data.reportId : undefined,
    lengthAt: place(length),
    aimAt: aim && place(aim),
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

/** An item of a descriptor: its tag with its type, and its value. */
interface Item {
  tag: number;
  value: number;
  size: number;
}

/** The items in order; bytes missing at the end count as 0. */
function* items(descriptor: Uint8Array): Generator<Item> {
  let at = 0;
  while (at < Math.min(descriptor.length, DESCRIPTOR_BYTES_MAX)) {
    const head = descriptor[at] ?? 0;
    if (head === LONG_ITEM) {
      at += 3 + (descriptor[at + 1] ?? 0);
      continue;
    }
    const size = [0, 1, 2, 4][head & 3] ?? 0;
    let value = 0;
    for (let index = size; index > 0; index--) {
      value = value * 256 + (descriptor[at + index] ?? 0);
    }
    at += 1 + size;
    yield { tag: head & 0xfc, value, size };
  }
}

/** Collects every input field. */
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
        // A value of four bytes includes the page, which for a scanner is the current one.
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

/** Adds an input item: one field per usage, the last usage taking the rest of the count. */
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
