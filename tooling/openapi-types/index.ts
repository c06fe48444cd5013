import openapiTS, { astToString } from 'openapi-typescript'

/** Generates the types of an OpenAPI description as TypeScript source that exports `paths`. */
export async function generateTypes(description: string): Promise<string> {
  return astToString(await openapiTS(description))
}
