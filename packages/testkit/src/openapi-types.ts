import openapiTS, { astToString } from 'openapi-typescript'

/** The types of an OpenAPI description, as TypeScript source that exports `paths`. */
export const typesOf = async (description: string): Promise<string> => astToString(await openapiTS(description))
