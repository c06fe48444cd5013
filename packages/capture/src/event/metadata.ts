import type { AnyMetadata } from './inputs.ts'

interface Schema {
  readonly '~standard': { validate(value: unknown): unknown }
}

/**
 * Metadata as its action's schema leaves it. What does not fit is kept as it came, with a warning: an event is worth more
 * than the shape of its metadata.
 */
export function metadataBySchema(
  schemas: object,
  action: string,
  given: unknown,
  warn: (message: string) => void,
): AnyMetadata | undefined {
  const metadata = isObject(given) ? { ...given } : undefined
  const schema: unknown = Object.hasOwn(schemas, action) ? Reflect.get(schemas, action) : undefined
  if (!isSchema(schema)) return metadata
  const isFine = (result: unknown) => {
    const problem = problemOf(result)
    if (problem !== undefined)
      warn(`The metadata of ${action} does not fit its schema, and is kept as it is: ${problem}`)
    return problem === undefined
  }
  const result = schema['~standard'].validate(metadata ?? {})
  if (result instanceof Promise) {
    result.then(isFine, () => undefined)
    return metadata
  }
  return isFine(result) && isObject(result) && 'value' in result && isObject(result.value)
    ? { ...result.value }
    : metadata
}

function problemOf(result: unknown): string | undefined {
  if (!isObject(result) || !('issues' in result) || !isList(result.issues)) return undefined
  return result.issues.slice(0, 3).map(issueOf).join('; ')
}

function issueOf(issue: unknown): string {
  if (!isObject(issue) || !('message' in issue)) return String(issue)
  const path = 'path' in issue && isList(issue.path) ? issue.path : []
  return `${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${String(issue.message)}`
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isSchema(value: unknown): value is Schema {
  return isObject(value) && '~standard' in value
}
