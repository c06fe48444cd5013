import type { AnyMetadata } from './inputs.ts'

interface Schema {
  readonly '~standard': { validate(value: unknown): unknown }
}

/** Validates metadata with the schema of its action. Invalid metadata is kept unchanged, with a warning. */
export function validateMetadata(
  schemas: object,
  action: string,
  input: unknown,
  warn: (message: string) => void,
): AnyMetadata | undefined {
  const metadata = isObject(input) ? { ...input } : undefined
  const schema: unknown = Object.hasOwn(schemas, action) ? Reflect.get(schemas, action) : undefined
  if (!isSchema(schema)) return metadata
  const isValid = (result: unknown) => {
    const problem = formatProblem(result)
    if (problem !== undefined)
      warn(`The metadata of ${action} does not match its schema and is kept unchanged: ${problem}`)
    return problem === undefined
  }
  const result = schema['~standard'].validate(metadata ?? {})
  if (result instanceof Promise) {
    result.then(isValid, () => undefined)
    return metadata
  }
  return isValid(result) && isObject(result) && 'value' in result && isObject(result.value)
    ? { ...result.value }
    : metadata
}

function formatProblem(result: unknown): string | undefined {
  if (!isObject(result) || !('issues' in result) || !isArray(result.issues)) return undefined
  return result.issues.slice(0, 3).map(formatIssue).join('; ')
}

function formatIssue(issue: unknown): string {
  if (!isObject(issue) || !('message' in issue)) return String(issue)
  const path = 'path' in issue && isArray(issue.path) ? issue.path : []
  return `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${String(issue.message)}`
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isSchema(value: unknown): value is Schema {
  return isObject(value) && '~standard' in value
}
