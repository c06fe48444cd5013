import openapiTS, { astToString } from 'openapi-typescript'

/** The types of an OpenAPI description, as TypeScript source that exports `paths`. */
export async function typesOf(description: string): Promise<string> {
  return astToString(await openapiTS(description))
}
