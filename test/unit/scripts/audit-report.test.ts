import { expect, test } from 'vitest';
import { readAudit } from '../../../scripts/advisories/audit-report.ts';

const metadata = { vulnerabilities: {}, dependencies: { prod: 275, dev: 900 } };
const advisory = {
  source: 1,
  name: 'x',
  title: 'Prototype pollution in x',
  url: 'https://github.com/advisories/GHSA-0000',
  severity: 'high',
};

test('a report without findings is clean, and says of how many packages', () => {
  const report = { auditReportVersion: 2, vulnerabilities: {}, metadata };
  expect(readAudit(JSON.stringify(report))).toEqual({ kind: 'clean', packages: 275 });
});

test('a finding is named once, not again for each package that needs it', () => {
  const vulnerabilities = {
    x: { name: 'x', severity: 'high', via: [advisory] },
    y: { name: 'y', severity: 'high', via: ['x'] },
  };
  const report = { auditReportVersion: 2, vulnerabilities, metadata };
  expect(readAudit(JSON.stringify(report))).toMatchObject({
    kind: 'found',
    advisories: [{ package: 'x', severity: 'high', title: 'Prototype pollution in x' }],
  });
});

test.each([
  [
    'a registry without the endpoint',
    { message: '405 Method Not Allowed - POST …/advisories/bulk', statusCode: 405, body: '' },
    'the registry answers 405',
  ],
  [
    'no network',
    { message: 'request to https://registry.npmjs.org failed', error: { code: 'ENOTFOUND' } },
    'request to https://registry.npmjs.org failed',
  ],
  [
    'no lock',
    { error: { code: 'ENOLOCK', summary: 'This command requires a lockfile.' } },
    'This command requires a lockfile.',
  ],
  [
    'a report of a later shape',
    { auditReportVersion: 3, vulnerabilities: {}, metadata },
    'the report is of another shape',
  ],
  [
    'a report about no package at all',
    { auditReportVersion: 2, vulnerabilities: {}, metadata: { dependencies: { prod: 0 } } },
    'the report is of another shape',
  ],
])('%s is not a clean report', (_what, report, why) => {
  expect(readAudit(JSON.stringify(report))).toEqual({ kind: 'notChecked', why });
});

test.each(['', 'npm error', '[]', 'null', '"ok"'])(
  'the output %j is not a clean report',
  (output) => {
    expect(readAudit(output).kind).toBe('notChecked');
  },
);
