/** The response to a request whose event must be stored and was not: its status, content type, and problem document as JSON. */
export const NOT_RECORDED = {
  status: 503,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Service Unavailable',
    status: 503,
    code: 'not_recorded',
    detail: 'The action could not be recorded in the activity log, which it requires.',
  }),
} as const
