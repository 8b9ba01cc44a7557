import { z } from 'zod';

/** What an advisory check came to. Never read "not checked" as "nothing found". */
export type AuditResult =
  | { kind: 'clean'; packages: number }
  | { kind: 'found'; advisories: readonly Advisory[] }
  | { kind: 'notChecked'; why: string };

export interface Advisory {
  package: string;
  severity: string;
  title: string;
  url: string;
}

const reportSchema = z.looseObject({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.looseObject({
      name: z.string(),
      severity: z.string(),
      via: z.array(
        z.union([
          z.string(),
          z.looseObject({ title: z.string(), url: z.string(), severity: z.string() }),
        ]),
      ),
    }),
  ),
  metadata: z.looseObject({ dependencies: z.looseObject({ prod: z.number().int().positive() }) }),
});

const failureSchema = z.looseObject({
  message: z.string().optional(),
  statusCode: z.number().optional(),
  error: z.looseObject({ code: z.string().nullish(), summary: z.string().optional() }).optional(),
});

/** Reads what `npm audit --json` wrote. Pure. */
export function readAudit(output: string): AuditResult {
  let json: unknown;
  try {
    json = JSON.parse(output);
  } catch {
    return { kind: 'notChecked', why: 'npm audit gave no report' };
  }
  const report = reportSchema.safeParse(json);
  if (report.success) {
    const { vulnerabilities, metadata } = report.data;
    const advisories = Object.values(vulnerabilities).flatMap(({ name, via }) =>
      // A text names another package of the report, by which this one is concerned.
      via.flatMap((one) => (typeof one === 'string' ? [] : [{ package: name, ...one }])),
    );
    return Object.keys(vulnerabilities).length === 0
      ? { kind: 'clean', packages: metadata.dependencies.prod }
      : { kind: 'found', advisories };
  }
  const failure = failureSchema.safeParse(json);
  const { message, statusCode, error } = failure.success ? failure.data : {};
  const why = message ?? error?.summary ?? error?.code ?? 'the report is of another shape';
  return {
    kind: 'notChecked',
    why: statusCode === undefined || statusCode < 400 ? why : `the registry answers ${statusCode}`,
  };
}
